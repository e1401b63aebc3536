package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.file.FileState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that was read once to learn its digests, ready to be sent. A store is told the digest of every request's body
 * beforehand, so it refuses the bytes of a file that changed since.
 *
 * @param state what the file looked like, to notice later changes
 * @param partSize bytes of each part but the last
 * @param parts digests of the parts; one, the file's own, when the file is sent whole
 */
public record LocalFile(Path path, FileState state, Digest sha256, long partSize, List<Digest> parts) {

    /** Files up to this size are sent in one request, larger ones in parts of this size or more. */
    public static final long PART_SIZE = 64L * 1024 * 1024;

    /** The limits of S3's multipart uploads. */
    private static final int MAX_PARTS = 10_000;

    private static final long MAX_PART = 5L * 1024 * 1024 * 1024;

    private static final int BUFFER = 1 << 17;

    public LocalFile {
        parts = List.copyOf(parts);
    }

    /**
     * Reads the file.
     *
     * @throws MlopsException of kind FAILED when it changes meanwhile
     */
    public static LocalFile read(Path path) throws IOException {
        return read(path, PART_SIZE);
    }

    /**
     * Reads the file.
     *
     * @param leastPart bytes that a part has at least, and a file that goes in parts more; most stores want 5 MiB or more
     * @throws MlopsException of kind FAILED when it changes meanwhile, USAGE when no store takes so large an object
     */
    public static LocalFile read(Path path, long leastPart) throws IOException {
        FileState state = FileState.of(path);
        long partSize = partSize(state.size(), leastPart);
        if (partSize > MAX_PART) {
            throw MlopsException.usage(
                    "The file " + path + " has " + state.size() + " bytes, more than an object can have: cut it up");
        }
        MessageDigest whole = Digest.newSha256();
        List<Digest> parts = new ArrayList<>();
        long size = 0;
        try (InputStream in = Files.newInputStream(path)) {
            boolean single = state.size() <= partSize;
            MessageDigest part = single ? null : Digest.newSha256();
            byte[] buffer = new byte[(int) Math.max(1, Math.min(BUFFER, state.size()))];
            long inPart = 0;
            int n;
            while ((n = in.read(buffer, 0, (int) Math.min(buffer.length, partSize - inPart))) > 0) {
                whole.update(buffer, 0, n);
                size += n;
                if (!single) {
                    part.update(buffer, 0, n);
                    inPart += n;
                    if (inPart == partSize) {
                        parts.add(Digest.finish(part));
                        inPart = 0;
                    }
                } else if (size > state.size()) {
                    break;
                }
            }
            if (!single && inPart > 0) {
                parts.add(Digest.finish(part));
            }
        }
        Digest sha256 = Digest.finish(whole);
        LocalFile file = new LocalFile(path, state, sha256, partSize, parts.isEmpty() ? List.of(sha256) : parts);
        if (size != state.size()) {
            throw changed(path);
        }
        file.requireUnchanged();
        return file;
    }

    /** In bytes. */
    public long size() {
        return state.size();
    }

    /** Whether it goes in parts. */
    public boolean isLarge() {
        return parts.size() > 1;
    }

    /**
     * Looks whether the file is still the one that was read.
     *
     * @throws MlopsException of kind FAILED when it is not
     */
    public void requireUnchanged() throws IOException {
        requireUnchanged(path, state);
    }

    /**
     * As {@link #requireUnchanged()}, of a file whose digest was known without reading it.
     *
     * @param state in which the digest was known
     */
    public static void requireUnchanged(Path path, FileState state) throws IOException {
        if (!FileState.of(path).equals(state)) {
            throw changed(path);
        }
    }

    static MlopsException changed(Path path) {
        return MlopsException.failed(
                "The file " + path + " changed while it was being read: start again when nothing writes to it");
    }

    /** Bytes of the part with this index. */
    long partLength(int index) {
        return Math.min(partSize, size() - index * partSize);
    }

    /** So many that a store takes that number of them. */
    static long partSize(long fileSize, long leastPart) {
        long least = (fileSize + MAX_PARTS - 1) / MAX_PARTS;
        return least <= leastPart ? leastPart : (least + leastPart - 1) / leastPart * leastPart;
    }
}
