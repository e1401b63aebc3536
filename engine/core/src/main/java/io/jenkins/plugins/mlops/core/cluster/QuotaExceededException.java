package io.jenkins.plugins.mlops.core.cluster;

import io.jenkins.plugins.mlops.core.MlopsException;

/** A namespace's quota leaves no room at present; a later try may find some. The message is the server's own. */
public final class QuotaExceededException extends MlopsException {

    private static final long serialVersionUID = 1L;

    QuotaExceededException(String message, Throwable cause) {
        super(Kind.FAILED, message, cause);
    }
}
