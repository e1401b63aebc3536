package io.jenkins.plugins.mlops.core.store;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What Signature Version 4 signs with: a key derived from the secret for one day, kept since most requests are of the same. Thread-safe. */
final class SigningKey {

    static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private static final String MAC = "HmacSHA256";

    private final ObjectStoreSettings.Credentials keys;
    private final String region;
    private volatile DayKey last = new DayKey("", null);

    private record DayKey(String day, SecretKeySpec key) {}

    SigningKey(ObjectStoreSettings.Credentials keys, String region) {
        this.keys = keys;
        this.region = region;
    }

    /** What a signature holds for. @param day as {@code 20261128} */
    String scope(String day) {
        return day + "/" + region + "/s3/aws4_request";
    }

    /**
     * The signature of a request.
     *
     * @param time as {@code 20261128T095126Z}
     * @param canonicalSha256 hex of the digest of the canonical request
     */
    String sign(String time, String canonicalSha256) {
        String day = time.substring(0, time.indexOf('T'));
        String toSign = ALGORITHM + "\n" + time + "\n" + scope(day) + "\n" + canonicalSha256;
        return HexFormat.of().formatHex(hmac(key(day), toSign));
    }

    private SecretKeySpec key(String day) {
        DayKey key = last;
        if (!key.day.equals(day)) {
            byte[] secret = ("AWS4" + keys.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
            byte[] derived = hmac(key(hmac(key(hmac(key(hmac(key(secret), day)), region)), "s3")), "aws4_request");
            key = new DayKey(day, key(derived));
            last = key;
        }
        return key.key;
    }

    private static SecretKeySpec key(byte[] bytes) {
        return new SecretKeySpec(bytes, MAC);
    }

    private static byte[] hmac(SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }
}
