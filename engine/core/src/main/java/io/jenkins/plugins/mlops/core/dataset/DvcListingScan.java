package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dvc.DvcHashed;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Completes, for one who has neither the store's keys nor the repository, what somebody has read in a repository of DVC: every file is
 * looked for, some at a time, so that memory does not grow with the listing. Nothing of the listing is believed but that it is wanted.
 */
final class DvcListingScan implements DvcListingFile.Visitor, Closeable {

    /** Files looked for at a time: some 30 MB of heap, and enough that listing a remote's directories pays. */
    private static final int GROUP = 50_000;

    private final DvcObjects objects;
    private final Path pinned;
    private final ObjectIndex.Writer index;
    private final Consumer<S3Uri> permitted;
    private final int most;
    private final List<DvcHashed> group = new ArrayList<>();
    private final DvcObjects.Missing missing = new DvcObjects.Missing();
    private DvcListingFile.Writer out;
    private DvcListing head;
    private long files;

    /**
     * @param pinned is written: the listing that {@link Datasets#pullListed(DvcListing, Path, PullOptions,
     *     io.jenkins.plugins.mlops.core.progress.ProgressListener)} takes
     * @param permitted throws when an object may not be read
     */
    DvcListingScan(ObjectStore store, Path pinned, ObjectIndex.Writer index, int jobs, Consumer<S3Uri> permitted) {
        this(store, pinned, index, jobs, permitted, GROUP);
    }

    /** @param most files looked for at a time */
    DvcListingScan(
            ObjectStore store, Path pinned, ObjectIndex.Writer index, int jobs, Consumer<S3Uri> permitted, int most) {
        this.objects = new DvcObjects(store, jobs);
        this.pinned = pinned;
        this.index = index;
        this.permitted = permitted;
        this.most = most;
    }

    /** @throws MlopsException of kind USAGE when the listing is broken, FAILED when objects are missing */
    void run(Path listing) throws IOException {
        DvcListingFile.read(listing, this);
        flush();
        missing.requireNone(files, head.path(), head.namedBy());
    }

    @Override
    public void begin(DvcListing listing) throws IOException {
        head = listing.pinned(List.of());
        out = DvcListingFile.write(pinned, head);
    }

    @Override
    public void file(DvcHashed file) throws IOException {
        if (file.path() == null || file.hash() == null) {
            throw MlopsException.usage("A file that " + head.namedBy() + " names has no path or hash");
        }
        if (file.location() != null) {
            permitted.accept(file.location());
        }
        files++;
        group.add(file);
        if (group.size() == most) {
            flush();
        }
    }

    private void flush() throws IOException {
        DvcObjects.Found found = objects.find(group, head.path());
        missing.add(found.missing());
        if (missing.isEmpty()) {
            for (DvcHashed file : group) {
                DvcHashed known = DvcFiles.pinned(file, found.objects().get(file.location()));
                out.add(known);
                index.add(DvcListing.pin(known), known.size());
            }
        }
        group.clear();
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }
}
