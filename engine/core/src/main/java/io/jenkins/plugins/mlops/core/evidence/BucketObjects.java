package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Below a prefix of an S3 bucket, written with {@code If-None-Match: *}. */
public final class BucketObjects implements WriteOnce {

    private final ObjectStore store;
    private final S3Uri root;

    /** @param store stays open; its owner closes it */
    public BucketObjects(ObjectStore store, S3Uri root) {
        this.store = store;
        this.root = root;
    }

    @Override
    public boolean add(String name, byte[] bytes) {
        return store.putIfAbsent(root.resolve(name), bytes)
                || read(name).filter(there -> Arrays.equals(there, bytes)).isPresent();
    }

    @Override
    public Optional<byte[]> read(String name) {
        S3Uri object = root.resolve(name);
        return store.stat(object).map(found -> store.read(object, MAX_BYTES));
    }

    @Override
    public boolean exists(String name) {
        return store.stat(root.resolve(name)).isPresent();
    }

    @Override
    public List<String> names(String prefix, String after, int limit) {
        String base = root.resolve("").key();
        List<StoredObject> found = store.after(root.resolve(prefix), after.isEmpty() ? "" : base + after, limit);
        return found.stream()
                .map(object -> object.location().key().substring(base.length()))
                .toList();
    }

    @Override
    public String location() {
        return store.endpoint() + " " + root;
    }
}
