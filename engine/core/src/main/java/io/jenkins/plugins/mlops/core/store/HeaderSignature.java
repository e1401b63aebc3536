package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
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
        Request request = builder.header("Host", host).build();
        SortedMap<String, String> headers = new TreeMap<>();
        for (int i = 0; i < request.headers().size(); i++) {
            headers.put(
                    request.headers().name(i).toLowerCase(Locale.ROOT),
                    request.headers().value(i).trim());
        }
        Request.Builder signed = request.newBuilder();
        added(request.method(), request.url().encodedPath(), query(request.url()), headers, sha256Hex)
                .forEach(signed::header);
        return signed.build();
    }

    /**
     * The headers that a request gets besides its own, the signature among them.
     *
     * @param path percent-encoded
     * @param query parameters, encoded and in order
     * @param own by names in small letters, Host among them
     * @param sha256Hex digest of the body
     */
    Map<String, String> added(
            String method, String path, String query, SortedMap<String, String> own, String sha256Hex) {
        String time = time();
        Map<String, String> added = new LinkedHashMap<>();
        added.put("x-amz-content-sha256", sha256Hex);
        added.put("x-amz-date", time);
        if (keys.sessionToken() != null) {
            added.put("x-amz-security-token", keys.sessionToken());
        }
        SortedMap<String, String> signed = new TreeMap<>(own);
        signed.putAll(added);
        signed.keySet().removeAll(NOT_SIGNED);
        String names = String.join(";", signed.keySet());
        StringBuilder canonical = new StringBuilder(512)
                .append(method)
                .append('\n')
                .append(path)
                .append('\n')
                .append(query)
                .append('\n');
        signed.forEach((name, value) ->
                canonical.append(name).append(':').append(value).append('\n'));
        canonical.append('\n').append(names).append('\n').append(sha256Hex);
        String signature = key.sign(time, Digest.of(canonical.toString()).hex());
        added.put(
                "Authorization",
                SigningKey.ALGORITHM + " Credential=" + keys.accessKeyId() + "/" + key.scope(time)
                        + ", SignedHeaders=" + names
                        + ", Signature=" + signature);
        return added;
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
