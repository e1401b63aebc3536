package io.jenkins.plugins.mlops.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoreRequest;
import io.jenkins.plugins.mlops.signing.SigningRequest;
import io.jenkins.plugins.mlops.signing.SigningRules;
import java.util.Map;
import java.util.Set;

/** What an agent may do with the artifacts of one run: list and read them, and perhaps add some. It may not delete. */
final class ArtifactRules implements SigningRules {

    private static final String CHECKSUM = "x-amz-checksum-sha256";
    private static final String UPLOAD = "uploadId";
    private static final String PREFIX = "prefix";
    private static final Set<String> LISTING = Set.of(
            "list-type",
            PREFIX,
            "delimiter",
            "encoding-type",
            "max-keys",
            "continuation-token",
            "start-after",
            "fetch-owner");

    private final S3Uri root;
    private final String below;
    private final boolean writing;

    /** @param root below which the run's artifacts lie @param writing whether some may be added */
    ArtifactRules(S3Uri root, boolean writing) {
        this.root = root;
        this.below = root.resolve("").key();
        this.writing = writing;
    }

    @Override
    public StoreRequest allowed(SigningRequest asked) {
        if (asked.number() < 0) {
            StoreRequest request = asked.request();
            if (request.location().bucket().equals(root.bucket())
                    && (lists(request) || reads(request) || writes(request))) {
                return request;
            }
        }
        throw MlopsException.refused("The agent may " + (writing ? "read and add" : "read") + " artifacts below " + root
                + " and do nothing else; it asked for " + asked);
    }

    private boolean isBelow(String key) {
        return !below.isEmpty() && key.startsWith(below) && key.length() > below.length();
    }

    private boolean lists(StoreRequest request) {
        String prefix = request.query().getOrDefault(PREFIX, "");
        return request.method().equals("GET")
                && request.location().key().isEmpty()
                && request.headers().isEmpty()
                && request.query().containsKey("list-type")
                && LISTING.containsAll(request.query().keySet())
                && (isBelow(prefix) || !below.isEmpty() && prefix.equals(below));
    }

    private boolean reads(StoreRequest request) {
        return isBelow(request.location().key())
                && (request.readsObject()
                        || request.method().equals("HEAD")
                                && request.query().isEmpty()
                                && request.headers().isEmpty());
    }

    private boolean writes(StoreRequest request) {
        if (!writing || !isBelow(request.location().key())) {
            return false;
        }
        Map<String, String> query = request.query();
        boolean bare = request.headers().isEmpty();
        return switch (request.method()) {
            case "PUT" ->
                query.isEmpty()
                        ? request.headers().keySet().equals(Set.of(CHECKSUM))
                        : bare && query.keySet().equals(Set.of("partNumber", UPLOAD));
            case "POST" ->
                bare
                        && (query.keySet().equals(Set.of("uploads"))
                                || query.keySet().equals(Set.of(UPLOAD)));
            case "DELETE" ->
                bare
                        && query.keySet().equals(Set.of(UPLOAD))
                        && !query.get(UPLOAD).isEmpty();
            default -> false;
        };
    }
}
