package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * What lies below a prefix, or lay there at a time.
 *
 * @param uri ends in a slash, unless it is a whole bucket
 * @param at the time; null for now
 */
record Prefix(S3Uri uri, Instant at) {

    Prefix {
        uri = uri.key().isEmpty() || uri.key().endsWith("/") ? uri : uri.resolve("");
    }

    static Prefix now(S3Uri uri) {
        return new Prefix(uri, null);
    }

    /** Whether the objects' versions are known. */
    boolean isPast() {
        return at != null;
    }

    void list(ObjectStore store, Consumer<StoredObject> each) {
        if (at == null) {
            store.list(uri, each);
        } else {
            store.listAsOf(uri, at, each);
        }
    }

    @Override
    public String toString() {
        return at == null ? uri.toString() : uri + " as of " + at;
    }
}
