package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.http.NetworkFailure;
import java.io.IOException;

/** What an answer of the API server means; the server's own words are kept, and nothing is guessed. */
final class Answers {

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int CONFLICT = 409;
    private static final int TIMEOUT = 408;
    private static final int GONE = 410;
    private static final int TOO_MANY = 429;
    private static final int SERVER = 500;

    private Answers() {}

    /** The failure of a call. @param doing what was tried, such as "create Job digits-1" */
    static MlopsException failure(String cluster, String doing, KubernetesClientException e) {
        int code = e.getCode();
        String said = said(e);
        if (isPassing(e)) {
            return MlopsException.unreachable("Cluster " + cluster + " could not " + doing + " at present: " + said, e);
        }
        if (code == UNAUTHORIZED) {
            return new MlopsException(
                    MlopsException.Kind.REFUSED,
                    "Cluster " + cluster + " does not know who asks to " + doing + ": renew the credentials (" + said
                            + ")",
                    e);
        }
        if (code == FORBIDDEN && said.contains("exceeded quota")) {
            return new QuotaExceededException("Cluster " + cluster + " could not " + doing + ": " + said, e);
        }
        return new MlopsException(
                MlopsException.Kind.REFUSED, "Cluster " + cluster + " refused to " + doing + ": " + said, e);
    }

    /** Whether something of that name is there already; the same code also says that two writers met, as they do at quotas. */
    static boolean isThereAlready(KubernetesClientException e) {
        return e.getCode() == CONFLICT
                && (e.getStatus() == null
                        || "AlreadyExists".equals(e.getStatus().getReason()));
    }

    /** Whether a later try may go better. */
    static boolean isPassing(KubernetesClientException e) {
        int code = e.getCode();
        boolean met = code == CONFLICT && !isThereAlready(e);
        return met || code <= 0 || code == TIMEOUT || code == GONE || code == TOO_MANY || code >= SERVER;
    }

    private static String said(KubernetesClientException e) {
        if (e.getStatus() != null && e.getStatus().getMessage() != null) {
            return e.getStatus().getMessage();
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io) {
                return "its API server " + NetworkFailure.reason(io);
            }
        }
        return e.getCode() > 0 ? "it answered HTTP " + e.getCode() : String.valueOf(e.getMessage());
    }
}
