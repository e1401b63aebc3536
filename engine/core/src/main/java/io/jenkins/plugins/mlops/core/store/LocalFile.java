package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that was read once to learn its digests, ready to be sent. A store is told the digest of every request's body
 * beforehand, so it refuses the bytes of a file that changed since.
 *
 * @param size in bytes
 * @param modified when it was last written, to notice later changes
 * @param parts digests of the parts of {@link #partSize} bytes; one, the file's own, when the file is sent whole
 */
public record LocalFile(Path path, long size, FileTime modified, Digest sha256, List<Digest> parts) {

    /** Files up to this size are sent in one request, larger ones in parts of this size or more. */
    static final long PART_SIZE = 64L * 1024 * 1024;

    /** The limit of S3's multipart uploads. */
    private static final int MAX_PARTS = 10_000;

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
        BasicFileAttributes before = Files.readAttributes(path, BasicFileAttributes.class);
        long partSize = partSize(before.size());
        MessageDigest whole = Digest.newSha256();
        List<Digest> parts = new ArrayList<>();
        long size = 0;
        try (InputStream in = Files.newInputStream(path)) {
            boolean single = before.size() <= partSize;
            MessageDigest part = single ? null : Digest.newSha256();
            byte[] buffer = new byte[(int) Math.max(1, Math.min(BUFFER, before.size()))];
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
                } else if (size > before.size()) {
                    break;
                }
            }
            if (!single && inPart > 0) {
                parts.add(Digest.finish(part));
            }
        }
        Digest sha256 = Digest.finish(whole);
        LocalFile file =
                new LocalFile(path, size, before.lastModifiedTime(), sha256, parts.isEmpty() ? List.of(sha256) : parts);
        if (size != before.size()) {
            throw changed(path);
        }
        file.requireUnchanged();
        return file;
    }

    /**
     * Looks whether size and time are still those of the reading.
     *
     * @throws MlopsException of kind FAILED when they are not
     */
    public void requireUnchanged() throws IOException {
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
        if (now.size() != size || !now.lastModifiedTime().equals(modified)) {
            throw changed(path);
        }
    }

    static MlopsException changed(Path path) {
        return MlopsException.failed(
                "The file " + path + " changed while it was being read: start again when nothing writes to it");
    }

    long partSize() {
        return partSize(size);
    }

    /** Bytes of the part with this index. */
    long partLength(int index) {
        return Math.min(partSize(), size - index * partSize());
    }

    private static long partSize(long fileSize) {
        long least = (fileSize + MAX_PARTS - 1) / MAX_PARTS;
        return least <= PART_SIZE ? PART_SIZE : (least + PART_SIZE - 1) / PART_SIZE * PART_SIZE;
    }
}
