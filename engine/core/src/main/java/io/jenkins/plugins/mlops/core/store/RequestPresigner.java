package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes URLs that let whoever has one make one request to an object store, without keys, for a while: Signature Version 4 in
 * the query, path-style addresses. Nothing is sent. Thread-safe.
 */
public final class RequestPresigner {

    /** What the protocol allows. */
    private static final Duration LONGEST = Duration.ofDays(7);

    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final int DAY = 8;

    private final ObjectStoreSettings settings;
    private final Clock clock;

    /** The key of a day, since most URLs are of the same one. */
    private DayKey key = new DayKey("", new byte[0]);

    private record DayKey(String day, byte[] bytes) {}

    public RequestPresigner(ObjectStoreSettings settings) {
        this(settings, Clock.systemUTC());
    }

    RequestPresigner(ObjectStoreSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * A URL for the request; a plain one when the settings have no keys.
     *
     * @param validity 1 second to 7 days, from now on by this machine's clock
     */
    public URI presign(StoreRequest request, Duration validity) {
        if (validity.toSeconds() < 1 || validity.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("validity: " + validity);
        }
        URI endpoint = settings.endpoint();
        ObjectStoreSettings.Credentials keys = settings.credentials();
        String path = path(request.location());
        SortedMap<String, String> query = new TreeMap<>();
        request.query().forEach((name, value) -> query.put(S3Http.encode(name, false), S3Http.encode(value, false)));
        if (keys == null) {
            return URI.create(endpoint.getScheme() + "://" + endpoint.getRawAuthority() + path
                    + (query.isEmpty() ? "" : "?" + joined(query)));
        }
        SortedMap<String, String> headers = new TreeMap<>(request.headers());
        headers.put("host", S3Http.host(endpoint));
        String time =
                ZonedDateTime.now(clock).withZoneSameInstant(ZoneOffset.UTC).format(TIME);
        String scope = time.substring(0, DAY) + "/" + settings.region() + "/s3/aws4_request";
        String names = String.join(";", headers.keySet());
        query.put("X-Amz-Algorithm", ALGORITHM);
        query.put("X-Amz-Credential", S3Http.encode(keys.accessKeyId() + "/" + scope, false));
        query.put("X-Amz-Date", time);
        query.put("X-Amz-Expires", String.valueOf(validity.toSeconds()));
        query.put("X-Amz-SignedHeaders", S3Http.encode(names, false));
        if (keys.sessionToken() != null) {
            query.put("X-Amz-Security-Token", S3Http.encode(keys.sessionToken(), false));
        }
        String canonical = request.method() + "\n" + path + "\n" + joined(query) + "\n"
                + headers.entrySet().stream()
                        .map(header -> header.getKey() + ":" + header.getValue().trim() + "\n")
                        .collect(Collectors.joining())
                + "\n" + names + "\nUNSIGNED-PAYLOAD";
        String toSign = ALGORITHM + "\n" + time + "\n" + scope + "\n"
                + Digest.of(canonical).hex();
        String signature = HexFormat.of().formatHex(hmac(key(time.substring(0, DAY), keys), toSign));
        return URI.create(endpoint.getScheme() + "://" + endpoint.getRawAuthority() + path + "?" + joined(query)
                + "&X-Amz-Signature=" + signature);
    }

    private static String path(S3Uri location) {
        return "/" + location.bucket() + (location.key().isEmpty() ? "" : "/" + S3Http.encode(location.key(), true));
    }

    private static String joined(SortedMap<String, String> query) {
        return query.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                .collect(Collectors.joining("&"));
    }

    private synchronized byte[] key(String day, ObjectStoreSettings.Credentials keys) {
        if (!key.day.equals(day)) {
            byte[] secret = ("AWS4" + keys.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
            key = new DayKey(day, hmac(hmac(hmac(hmac(secret, day), settings.region()), "s3"), "aws4_request"));
        }
        return key.bytes;
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }
}
