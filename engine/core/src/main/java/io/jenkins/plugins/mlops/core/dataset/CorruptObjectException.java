package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.S3Uri;

/** An object's bytes are not those that its digest says. */
final class CorruptObjectException extends MlopsException {

    CorruptObjectException(S3Uri object, Digest wanted, Digest found) {
        super(
                Kind.FAILED,
                object + " is corrupt: its bytes have the digest " + found + " where " + wanted
                        + " is wanted; restore the object, or send it anew from a directory that has the file ('mlops dataset publish"
                        + " --repair')");
    }
}
