package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import okhttp3.HttpUrl;
import okhttp3.Request;

/**
 * Signs requests with Signature Version 4 in the header Authorization. Of many small objects the signature is a good part of
 * what the client does for each, so it makes one text and two digests, and keeps what requests have in common. Thread-safe.
 */
final class HeaderSignature {

    /** What proxies and clients may change on the way. */
    private static final Set<String> NOT_SIGNED = Set.of("accept-encoding", "authorization", "user-agent");

    private final ObjectStoreSettings.Credentials keys;
    private final SigningKey key;
    private final Clock clock;
    private volatile Second now = new Second(Long.MIN_VALUE, "");

    private record Second(long epoch, String text) {}

    HeaderSignature(ObjectStoreSettings settings, Clock clock) {
        this.keys = settings.credentials();
        this.key = new SigningKey(keys, settings.region());
        this.clock = clock;
    }

    /**
     * The request with its signature.
     *
     * @param host as the client will write it into the header Host
     * @param sha256Hex digest of the body
     */
    Request sign(Request.Builder builder, String host, String sha256Hex) {
        String time = time();
        builder.header("Host", host).header("x-amz-content-sha256", sha256Hex).header("x-amz-date", time);
        if (keys.sessionToken() != null) {
            builder.header("x-amz-security-token", keys.sessionToken());
        }
        Request request = builder.build();
        Map<String, String> headers = new TreeMap<>();
        for (int i = 0; i < request.headers().size(); i++) {
            String name = request.headers().name(i).toLowerCase(Locale.ROOT);
            if (!NOT_SIGNED.contains(name)) {
                headers.put(name, request.headers().value(i).trim());
            }
        }
        String names = String.join(";", headers.keySet());
        StringBuilder canonical = new StringBuilder(512)
                .append(request.method())
                .append('\n')
                .append(request.url().encodedPath())
                .append('\n')
                .append(query(request.url()))
                .append('\n');
        headers.forEach((name, value) ->
                canonical.append(name).append(':').append(value).append('\n'));
        canonical.append('\n').append(names).append('\n').append(sha256Hex);
        String signature = key.sign(time, Digest.of(canonical.toString()).hex());
        return request.newBuilder()
                .header(
                        "Authorization",
                        SigningKey.ALGORITHM + " Credential=" + keys.accessKeyId() + "/"
                                + key.scope(time) + ", SignedHeaders=" + names
                                + ", Signature=" + signature)
                .build();
    }

    private static String query(HttpUrl url) {
        String query = url.encodedQuery();
        if (query == null || query.isEmpty()) {
            return "";
        }
        String[] parameters = query.split("&");
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = parameters[i].contains("=") ? parameters[i] : parameters[i] + "=";
        }
        Arrays.sort(parameters);
        return String.join("&", parameters);
    }

    private String time() {
        long second = clock.millis() / 1000;
        Second known = now;
        if (known.epoch != second) {
            known = new Second(second, SigningKey.time(Instant.ofEpochSecond(second)));
            now = known;
        }
        return known.text;
    }
}
