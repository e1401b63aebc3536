package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;

/** An object no longer has the state that was asked for: it was replaced. */
public final class ObjectChangedException extends MlopsException {

    ObjectChangedException(S3Uri location) {
        super(
                Kind.FAILED,
                location
                        + " was replaced while it was being read: start again to get its new state, or pull a published"
                        + " manifest, which does not change");
    }
}
