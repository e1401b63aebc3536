package io.jenkins.plugins.mlops.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoreRequest;
import io.jenkins.plugins.mlops.signing.SigningRequest;
import io.jenkins.plugins.mlops.signing.SigningRules;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the agent of a publication may do: ask whether a file's bytes are there, and send them, below {@code blobs/sha256} of the
 * place of publication. A URL that sends a file at once takes only bytes with the digest that the object's key names; of large
 * files, which go in parts, a pull finds out. It may not read, list, delete, or write a manifest. Thread-safe.
 */
final class BlobRules implements SigningRules {

    private static final String CHECKSUM = "x-amz-checksum-sha256";
    private static final String UPLOAD = "uploadId";
    private static final String PART = "partNumber";
    private static final Pattern PART_NUMBER = Pattern.compile("[1-9][0-9]{0,4}");

    private final S3Uri to;
    private final Pattern blob;

    BlobRules(S3Uri to) {
        this.to = to;
        this.blob =
                Pattern.compile(Pattern.quote(to.resolve("blobs/sha256/").key()) + "([0-9a-f]{2})/(\\1[0-9a-f]{62})");
    }

    @Override
    public StoreRequest allowed(SigningRequest asked) {
        if (asked.number() < 0) {
            StoreRequest request = asked.request();
            Matcher key = blob.matcher(request.location().key());
            if (request.location().bucket().equals(to.bucket()) && key.matches() && isAllowed(request, key.group(2))) {
                return request;
            }
        }
        throw MlopsException.refused("A publication to " + to + " writes files below " + to.resolve("blobs/sha256")
                + " and does nothing else; the agent asked for " + asked);
    }

    private static boolean isAllowed(StoreRequest request, String digest) {
        Map<String, String> query = request.query();
        Map<String, String> headers = request.headers();
        return switch (request.method()) {
            case "HEAD" -> query.isEmpty() && headers.isEmpty();
            case "PUT" ->
                query.isEmpty()
                        ? headers.equals(Map.of(CHECKSUM, checksum(digest)))
                        : query.size() == 2
                                && query.containsKey(UPLOAD)
                                && PART_NUMBER
                                        .matcher(query.getOrDefault(PART, ""))
                                        .matches()
                                && headers.isEmpty();
            case "POST" ->
                headers.isEmpty() && query.size() == 1 && (query.containsKey("uploads") || query.containsKey(UPLOAD));
            case "DELETE" ->
                headers.isEmpty()
                        && query.size() == 1
                        && !query.getOrDefault(UPLOAD, "").isEmpty();
            default -> false;
        };
    }

    private static String checksum(String digest) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(digest));
    }
}
