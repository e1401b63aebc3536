package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Makes URLs that let whoever has one make one request to an object store, without keys, for a while: Signature Version 4 in
 * the query, path-style addresses. Nothing is sent. Thread-safe.
 */
public final class RequestPresigner {

    /** What the protocol allows. */
    private static final Duration LONGEST = Duration.ofDays(7);

    private final ObjectStoreSettings settings;
    private final Clock clock;
    private final SigningKey key;

    public RequestPresigner(ObjectStoreSettings settings) {
        this(settings, Clock.systemUTC());
    }

    RequestPresigner(ObjectStoreSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.key = settings.credentials() == null ? null : new SigningKey(settings.credentials(), settings.region());
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
        String time = SigningKey.time(clock.instant());
        String scope = key.scope(time);
        String names = String.join(";", headers.keySet());
        query.put("X-Amz-Algorithm", SigningKey.ALGORITHM);
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
        String signature = key.sign(time, Digest.of(canonical).hex());
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
}
