package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;

/** A store does not know an upload in parts any more, or not all of its parts: it was completed or aborted. */
public final class UploadGoneException extends MlopsException {

    UploadGoneException(String what) {
        super(
                Kind.FAILED,
                what
                        + " failed: the store has forgotten what was sent of it, since somebody aborted the upload or finished it;"
                        + " start again");
    }
}
