package io.jenkins.plugins.mlops.core.store;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What Signature Version 4 signs with: a key derived from the secret for one day, kept since most requests are of the same. Thread-safe. */
final class SigningKey {

    static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final String HMAC = "HmacSHA256";

    private final ObjectStoreSettings.Credentials keys;
    private final String region;
    private volatile DayKey last = new DayKey("", null);

    /** @param mac ready for a text; each gets a copy, since making one costs more than the text does */
    private record DayKey(String day, Mac mac) {}

    SigningKey(ObjectStoreSettings.Credentials keys, String region) {
        this.keys = keys;
        this.region = region;
    }

    /** A time as signatures have it, such as {@code 20261128T095126Z}. */
    static String time(Instant time) {
        return TIME.format(time);
    }

    /** What a signature of this time holds for. */
    String scope(String time) {
        return day(time) + "/" + region + "/s3/aws4_request";
    }

    private static String day(String time) {
        return time.substring(0, time.indexOf('T'));
    }

    /**
     * The signature of a request.
     *
     * @param time as {@link #time} has it
     * @param canonicalSha256 hex of the digest of the canonical request
     */
    String sign(String time, String canonicalSha256) {
        String toSign = ALGORITHM + "\n" + time + "\n" + scope(time) + "\n" + canonicalSha256;
        return HexFormat.of().formatHex(finish(copy(mac(day(time))), toSign));
    }

    private Mac mac(String day) {
        DayKey key = last;
        if (!key.day.equals(day)) {
            byte[] secret = ("AWS4" + keys.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
            byte[] ofDay = finish(mac(secret), day);
            byte[] ofService = finish(mac(finish(mac(ofDay), region)), "s3");
            key = new DayKey(day, mac(finish(mac(ofService), "aws4_request")));
            last = key;
        }
        return key.mac;
    }

    private static byte[] finish(Mac mac, String text) {
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Mac copy(Mac mac) {
        try {
            return (Mac) mac.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("HMAC-SHA-256 can be copied as SHA-256 can", e);
        }
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }
}
