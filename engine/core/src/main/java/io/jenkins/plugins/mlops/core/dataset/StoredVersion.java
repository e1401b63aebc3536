package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.core.store.ObjectChangedException;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Checks whether the objects of a version are still in the store, in the state that its manifest names: by size and ETag, or by
 * reading their bytes. A state that only an older version of the object has is there, too.
 */
final class StoredVersion {

    /** From so many files on, listing costs less than asking for each. */
    private static final int MANY = 1000;

    private final ObjectStore store;
    private final Manifest manifest;
    private final Queue<DatasetCheck.Problem> problems = new ConcurrentLinkedQueue<>();
    /** What listings found; null when each object is asked for. */
    private Map<S3Uri, StoredObject> listed;

    StoredVersion(ObjectStore store, Manifest manifest) {
        this.store = store;
        this.manifest = manifest;
    }

    /** @param read whether the bytes are read, too */
    DatasetCheck check(boolean read, int jobs, ProgressListener progress) {
        if (!manifest.hasObjects()) {
            throw MlopsException.usage(
                    "The manifest of " + manifest.name() + " names no bucket: its files lie nowhere");
        }
        List<Manifest.Entry> entries = manifest.entries();
        if (entries.size() > MANY && !read) {
            list(entries);
        }
        ProgressCount count = new ProgressCount(
                progress, "checking " + manifest.name(), entries.size(), read ? manifest.bytes() : -1);
        new Workers("Checking " + manifest.name(), jobs, store::cancel).forEach(entries, entry -> {
            String problem = read ? content(entry, count) : state(entry);
            if (problem != null) {
                problems.add(new DatasetCheck.Problem(entry.path(), problem));
            }
            count.add(1, 0);
        });
        return new DatasetCheck(
                manifest.content(),
                Selection.ALL,
                manifest.files(),
                manifest.bytes(),
                problems.stream()
                        .sorted(Comparator.comparing(DatasetCheck.Problem::path))
                        .toList());
    }

    private void list(List<Manifest.Entry> entries) {
        Set<S3Uri> wanted = new HashSet<>();
        Map<String, String> common = new HashMap<>();
        for (Manifest.Entry entry : entries) {
            ObjectPin pin = manifest.pin(entry);
            if (pin != null) {
                wanted.add(pin.location());
                common.merge(pin.location().bucket(), pin.location().key(), StoredVersion::common);
            }
        }
        listed = new ConcurrentHashMap<>();
        common.forEach((bucket, prefix) -> store.list(new S3Uri(bucket, prefix), object -> {
            if (wanted.contains(object.location())) {
                listed.put(object.location(), object);
            }
        }));
    }

    private static String common(String a, String b) {
        int length = 0;
        while (length < Math.min(a.length(), b.length()) && a.charAt(length) == b.charAt(length)) {
            length++;
        }
        boolean inPair = length > 0 && Character.isHighSurrogate(a.charAt(length - 1));
        return a.substring(0, inPair ? length - 1 : length);
    }

    /** What is wrong by the object's description; null for nothing. */
    private String state(Manifest.Entry entry) throws IOException {
        ObjectPin pin = manifest.pin(entry);
        if (pin == null) {
            return "has no object";
        }
        S3Uri location = pin.location();
        StoredObject now =
                listed != null ? listed.get(location) : store.stat(location).orElse(null);
        boolean same = now != null
                && now.size() == entry.size()
                && (entry.etag() == null || entry.etag().equals(now.etag()));
        if (same || entry.versionId() != null && isKept(pin)) {
            return null;
        }
        if (now == null) {
            return "is gone: there is no " + location;
        }
        return now.size() != entry.size()
                ? "has another size in the store, " + now.size() + " bytes"
                : "was replaced in the store: its ETag is " + now.etag();
    }

    private boolean isKept(ObjectPin pin) throws IOException {
        try {
            store.open(pin, 0).close();
            return true;
        } catch (ObjectChangedException e) {
            return false;
        } catch (RetryPolicy.Transient e) {
            throw MlopsException.unreachable(
                    "Asking for a version of " + pin.location() + " failed: " + e.getMessage(), e);
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.FAILED) {
                return false;
            }
            throw e;
        }
    }

    /** What is wrong with the bytes; null for nothing. */
    private String content(Manifest.Entry entry, ProgressCount count) throws IOException {
        String problem = state(entry);
        if (problem != null) {
            return problem;
        }
        DigestSink sink = new DigestSink(count);
        try {
            store.download(manifest.pin(entry), entry.size(), sink);
        } catch (ObjectChangedException e) {
            return "was replaced in the store while it was read";
        }
        Digest digest = sink.digest();
        return digest.equals(entry.sha256()) ? null : "has other bytes in the store: their digest is " + digest;
    }
}
