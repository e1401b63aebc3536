package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dvc.DvcHashed;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.core.store.ObjectChangedException;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Looks for the objects of DVC's files, all of them before any is read, so that what nobody pushed is told at once and as a whole. */
final class DvcObjects {

    /** How many single requests a page of a listing is worth. */
    private static final int PAGE_COST = 20;

    private static final int PAGE = 1000;

    /** More files than these are counted and not named, where they come by the million. */
    private static final int NAMED = 10_000;

    private final ObjectStore store;
    private final int jobs;

    DvcObjects(ObjectStore store, int jobs) {
        this.store = store;
        this.jobs = jobs;
    }

    /**
     * What the store says of every file without a version of its own.
     *
     * @param path of the output, for people
     * @param named which file of the repository names them, for people
     * @throws MlopsException of kind FAILED that lists every file that is not there
     */
    Map<S3Uri, StoredObject> require(List<DvcHashed> files, String path, String named) {
        Found found = find(files, path);
        Missing missing = new Missing();
        missing.add(found.missing());
        missing.requireNone(files.size(), path, named);
        return found.objects();
    }

    /**
     * What was found of some files.
     *
     * @param objects of the files without a version of their own
     * @param missing the files that are not there
     */
    record Found(Map<S3Uri, StoredObject> objects, List<DvcHashed> missing) {}

    /** As {@link #require}, for one who goes on when something is missing. */
    Found find(List<DvcHashed> files, String path) {
        Map<S3Uri, StoredObject> found = new ConcurrentHashMap<>();
        Map<String, List<DvcHashed>> places = new LinkedHashMap<>();
        List<DvcHashed> versions = new ArrayList<>();
        for (DvcHashed file : files) {
            if (file.location() != null && file.versionId() != null) {
                versions.add(file);
            } else if (file.location() != null) {
                String key = file.location().key();
                String directory = key.substring(0, key.lastIndexOf('/') + 1);
                places.computeIfAbsent(file.location().bucket() + "/" + directory, place -> new ArrayList<>())
                        .add(file);
            }
        }
        new Workers("Looking for the files of " + path, jobs, store::cancel)
                .forEach(List.copyOf(places.values()), group -> find(group, found));
        Set<DvcHashed> gone = ConcurrentHashMap.newKeySet();
        new Workers("Looking for the versions of " + path, jobs, store::cancel).forEach(versions, file -> {
            if (!isKept(file)) {
                gone.add(file);
            }
        });
        List<DvcHashed> missing = files.stream()
                .filter(file -> file.versionId() == null
                        ? file.location() == null || !found.containsKey(file.location())
                        : gone.contains(file))
                .toList();
        return new Found(found, missing);
    }

    /** One place of a remote holds what begins with the same two digits: it is listed as long as that costs less than asking for each. */
    private void find(List<DvcHashed> group, Map<S3Uri, StoredObject> found) {
        Map<S3Uri, DvcHashed> wanted = new HashMap<>();
        group.forEach(file -> wanted.put(file.location(), file));
        S3Uri first = group.get(0).location();
        S3Uri place =
                new S3Uri(first.bucket(), first.key().substring(0, first.key().lastIndexOf('/') + 1));
        Set<S3Uri> open = new HashSet<>(wanted.keySet());
        String after = place.key();
        boolean all = false;
        for (int pages = 0; !all && !after.isEmpty() && pages * PAGE_COST < open.size(); pages++) {
            List<StoredObject> page = store.after(place, after, PAGE);
            for (StoredObject object : page) {
                if (open.remove(object.location())) {
                    found.put(object.location(), object);
                }
            }
            all = page.size() < PAGE;
            after = page.isEmpty()
                    ? after
                    : page.get(page.size() - 1).location().key();
        }
        if (!all) {
            for (S3Uri location : open) {
                store.stat(location).ifPresent(object -> found.put(location, object));
            }
        }
    }

    private boolean isKept(DvcHashed file) throws IOException {
        try {
            store.open(new ObjectPin(file.location(), null, file.versionId()), 0)
                    .close();
            return true;
        } catch (ObjectChangedException e) {
            return false;
        } catch (RetryPolicy.Transient e) {
            throw MlopsException.unreachable("Asking for " + file.location() + " failed: " + e.getMessage(), e);
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.FAILED) {
                return false;
            }
            throw e;
        }
    }

    /** What nobody pushed, told as a whole when all was looked for. Not thread-safe. */
    static final class Missing {

        private final List<DvcHashed> named = new ArrayList<>();
        private long count;

        void add(List<DvcHashed> files) {
            count += files.size();
            files.stream().limit(NAMED - (long) named.size()).forEach(named::add);
        }

        boolean isEmpty() {
            return count == 0;
        }

        /** @throws MlopsException of kind FAILED that lists them */
        void requireNone(long all, String path, String namedBy) {
            if (count == 0) {
                return;
            }
            StringBuilder message = new StringBuilder()
                    .append(count)
                    .append(count == 1 ? " file" : " files")
                    .append(" of the ")
                    .append(all)
                    .append(" that ")
                    .append(path)
                    .append(" still needs are not in the store, though ")
                    .append(namedBy)
                    .append(" names them: push them from a clone that has them ('dvc push')");
            for (DvcHashed file : named) {
                message.append("\n  ")
                        .append(file.md5() == null ? "(no hash)" : file.md5())
                        .append("  ")
                        .append(file.path())
                        .append(file.location() == null ? "  (never pushed)" : "");
            }
            if (count > named.size()) {
                message.append("\n  and ").append(count - named.size()).append(" more");
            }
            throw MlopsException.failed(message.toString());
        }
    }
}
