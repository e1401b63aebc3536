package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.BucketProtection;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Below a prefix of an S3 bucket, written with {@code If-None-Match: *}. */
public final class BucketObjects implements WriteOnce {

    private static final int READERS = 16;

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
    public List<Optional<byte[]>> readAll(List<String> names) {
        if (names.size() < 2) {
            return names.stream().map(this::read).toList();
        }
        ExecutorService readers = Executors.newFixedThreadPool(Math.min(READERS, names.size()));
        try {
            List<Future<Optional<byte[]>>> answers =
                    names.stream().map(name -> readers.submit(() -> read(name))).toList();
            List<Optional<byte[]>> contents = new ArrayList<>();
            for (Future<Optional<byte[]>> answer : answers) {
                contents.add(answer.get());
            }
            return contents;
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Reading from " + root);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException ours) {
                throw ours;
            }
            throw new IllegalStateException("reading from " + root, e.getCause());
        } finally {
            readers.shutdownNow();
        }
    }

    /** What is set for the bucket. */
    BucketProtection protection() {
        return store.protection(root.bucket());
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
