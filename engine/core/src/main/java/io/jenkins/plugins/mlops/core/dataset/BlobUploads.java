package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.PartsUpload;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import io.jenkins.plugins.mlops.core.store.UnfinishedUpload;
import io.jenkins.plugins.mlops.core.store.UploadGoneException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends files below a place of publication, each under its digest. A large one goes in parts, several at a time: begun and noted here;
 * when it breaks off because the store is away or somebody interrupts, it is gone on with by the next publication of the same file
 * from this cache; when it fails for another reason, it is aborted. So is what others left: of killed processes by their notes,
 * of other machines when nobody can be at it any more.
 */
final class BlobUploads {

    /** The largest object takes less at 10 MB/s. */
    private static final Duration ABANDONED = Duration.ofDays(7);

    private final ObjectStore store;
    private final DatasetCache cache;
    private final S3Uri to;
    private final int jobs;
    private final boolean checked;
    private final Set<Digest> whole = ConcurrentHashMap.newKeySet();

    /**
     * @param cache where uploads are noted; null for nowhere, so that none is gone on with
     * @param jobs parts sent at a time
     * @param checked whether what is there counts only when its bytes are right, which are read then
     */
    BlobUploads(ObjectStore store, DatasetCache cache, S3Uri to, int jobs, boolean checked) {
        this.store = store;
        this.cache = cache;
        this.to = to;
        this.jobs = jobs;
        this.checked = checked;
    }

    S3Uri blob(Digest sha256) {
        return to.resolve(DatasetPublication.blobKey(sha256));
    }

    boolean isThere(Digest sha256, long size) {
        Optional<StoredObject> there = store.stat(blob(sha256)).filter(object -> object.size() == size);
        return there.isPresent() && (!checked || isWhole(there.get(), sha256));
    }

    /** What was found whole, or was sent, is not read again. */
    private boolean isWhole(StoredObject object, Digest sha256) {
        if (whole.contains(sha256)) {
            return true;
        }
        DigestSink sink = new DigestSink(new ProgressCount(ProgressListener.NONE, "", -1, -1));
        store.download(object.pin(), object.size(), sink);
        boolean right = sink.digest().equals(sha256);
        if (right) {
            whole.add(sha256);
        }
        return right;
    }

    /** Sends a file that goes in one request. */
    void send(LocalFile file) {
        store.put(blob(file.sha256()), file);
        sent(file);
    }

    private void sent(LocalFile file) {
        whole.add(file.sha256());
    }

    /**
     * Sends a file that goes in parts, unless another process does meanwhile.
     *
     * @return whether bytes were sent
     */
    boolean sendInParts(LocalFile file) throws IOException {
        S3Uri blob = blob(file.sha256());
        if (!canNote()) {
            store.put(blob, file);
            sent(file);
            return true;
        }
        return cache.holding("upload " + store.endpoint() + " " + blob, () -> {
            if (isThere(file.sha256(), file.size())) {
                return false;
            }
            UploadNote note = note(blob);
            Optional<UploadNote.Begun> begun = note.read();
            if (begun.isPresent() && begun.get().partSize() == file.partSize()) {
                String id = begun.get().id();
                SortedMap<Integer, String> sent = begun.get().etags();
                note.write(store.endpoint(), blob, id, file.partSize(), sent);
                try {
                    finish(store.goOnWithParts(blob, file, id, sent), file, note);
                    return true;
                } catch (UploadGoneException e) {
                    note.delete(); // it is sent anew
                }
            } else if (begun.isPresent()) {
                abort(begun.get().object(), begun.get().id());
            }
            PartsUpload upload = store.beginParts(blob, file);
            try {
                note.write(store.endpoint(), blob, upload.id(), file.partSize(), new TreeMap<>());
            } catch (IOException e) {
                upload.abort();
                throw e;
            }
            finish(upload, file, note);
            return true;
        });
    }

    /** A home that cannot be written to is no reason not to publish. */
    private boolean canNote() {
        if (cache == null) {
            return false;
        }
        try {
            return Files.isWritable(cache.shared().make(UploadNote.DIRECTORY));
        } catch (IOException | MlopsException e) {
            return false;
        }
    }

    private void finish(PartsUpload upload, LocalFile file, UploadNote note) throws IOException {
        boolean keep = false;
        boolean done = false;
        try {
            new Workers("Sending " + file.path(), jobs, store::cancel)
                    .forEach(upload.missing(), number -> note.add(number, upload.send(number)));
            file.requireUnchanged();
            complete(upload, file);
            sent(file);
            done = true;
        } catch (MlopsException e) {
            keep = !store.isSignedElsewhere() // an agent may not come back
                    && (e.kind() == MlopsException.Kind.UNREACHABLE || e.kind() == MlopsException.Kind.INTERRUPTED);
            throw e;
        } finally {
            if (keep || done && !abortOthers(blob(file.sha256()))) {
                note.leave();
            } else {
                if (!done) {
                    upload.abort();
                }
                note.delete();
            }
        }
    }

    /** An upload that is gone was completed by somebody if the file is there, or by us, and the answer was lost. */
    private void complete(PartsUpload upload, LocalFile file) {
        try {
            upload.complete();
        } catch (UploadGoneException e) {
            if (!isThere(file.sha256(), file.size())) {
                throw e;
            }
        }
    }

    /**
     * Nobody needs other uploads of a file that is there: who is at one finds out in {@link #complete}. One is there when the answer to
     * its beginning was lost.
     *
     * @return whether the store told of them
     */
    private boolean abortOthers(S3Uri blob) {
        Optional<List<UnfinishedUpload>> found = unfinished(blob);
        found.orElse(List.of()).stream()
                .filter(upload -> upload.object().equals(blob))
                .forEach(upload -> abort(blob, upload.id()));
        return found.isPresent();
    }

    /** Has the store forget what publications to this place left that nobody goes on with. */
    void abortLeftovers() throws IOException {
        for (Path file : notes()) {
            UploadNote note = new UploadNote(cache.shared(), file);
            Optional<UploadNote.Begun> begun = note.read();
            if (begun.isPresent() && isHere(begun.get()) && !note.isOwned(begun.get())) {
                S3Uri blob = begun.get().object();
                abort(blob, begun.get().id());
                if (store.stat(blob).isPresent()) {
                    abortOthers(blob); // the answer to its completion was lost, and perhaps one to its beginning
                }
                note.delete();
            }
        }
        older(unfinished(place()).orElse(List.of()), ABANDONED).forEach(upload -> abort(upload.object(), upload.id()));
    }

    private boolean isHere(UploadNote.Begun begun) {
        return begun.endpoint().equals(store.endpoint().toString())
                && begun.object().bucket().equals(to.bucket())
                && begun.object().key().startsWith(place().key());
    }

    /** The uploads to this place that are not finished and have at least this age. */
    List<UnfinishedUpload> olderThan(Duration age) {
        return older(list(place()), age);
    }

    /** Has the store forget them. */
    List<UnfinishedUpload> abortOlderThan(Duration age) {
        List<UnfinishedUpload> old = olderThan(age);
        old.forEach(upload -> store.abortParts(upload.object(), upload.id()));
        return old;
    }

    private static List<UnfinishedUpload> older(List<UnfinishedUpload> uploads, Duration age) {
        Instant before = Instant.now().minus(age);
        return uploads.stream()
                .filter(upload -> !upload.begun().isAfter(before))
                .toList();
    }

    /** Where the blobs are. */
    private S3Uri place() {
        return to.resolve("blobs/");
    }

    private List<UnfinishedUpload> list(S3Uri prefix) {
        List<UnfinishedUpload> found = new ArrayList<>();
        store.unfinishedUploads(prefix, found::add);
        return found;
    }

    /** Empty when the store does not tell, which it need not, nor everybody. */
    private Optional<List<UnfinishedUpload>> unfinished(S3Uri prefix) {
        if (store.isSignedElsewhere()) {
            return Optional.of(List.of()); // agents may not list
        }
        try {
            return Optional.of(list(prefix));
        } catch (MlopsException e) {
            requireNotInterrupted(e);
            return Optional.empty();
        }
    }

    private void abort(S3Uri object, String id) {
        try {
            store.abortParts(object, id);
        } catch (MlopsException e) {
            requireNotInterrupted(e);
        }
    }

    /** What tidies up fails nothing, but it ends when it shall. */
    private static void requireNotInterrupted(MlopsException e) {
        if (e.kind() == MlopsException.Kind.INTERRUPTED) {
            throw e;
        }
    }

    private Path directory() {
        return cache.directory().resolve(UploadNote.DIRECTORY);
    }

    private UploadNote note(S3Uri blob) {
        return new UploadNote(
                cache.shared(),
                directory().resolve(Digest.of(store.endpoint() + " " + blob).hex()));
    }

    private List<Path> notes() throws IOException {
        List<Path> found = new ArrayList<>();
        if (cache != null && Files.isDirectory(directory())) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory())) {
                files.forEach(found::add);
            }
        }
        return found;
    }
}
