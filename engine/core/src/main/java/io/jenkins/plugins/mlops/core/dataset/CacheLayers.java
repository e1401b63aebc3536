package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Caches below another one, such as a volume that was filled before: their files are used, and nothing in them is ever written or
 * locked. A file that cannot be used is passed over. Immutable.
 *
 * @param directories of the caches, the first one asked first
 */
record CacheLayers(List<Path> directories) {

    static final CacheLayers NONE = new CacheLayers(List.of());

    static CacheLayers of(List<Path> directories) {
        return new CacheLayers(directories.stream()
                .map(directory -> directory.toAbsolutePath().normalize())
                .toList());
    }

    boolean isEmpty() {
        return directories.isEmpty();
    }

    /** A file that nobody wrote to since it was verified; null when there is none. */
    Path find(Digest sha256, long size) throws IOException {
        for (Path directory : directories) {
            Path file = DatasetCache.blob(directory, sha256);
            BasicFileAttributes attributes = attributes(file);
            if (attributes != null && BlobFile.isSealed(attributes, size) && Files.isReadable(file)) {
                return file;
            }
        }
        return null;
    }

    /** Files that may be this one, and have to be read to know. */
    List<Path> unverified(Digest sha256, long size) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path directory : directories) {
            Path file = DatasetCache.blob(directory, sha256);
            BasicFileAttributes attributes = attributes(file);
            if (attributes != null && attributes.isRegularFile() && attributes.size() == size) {
                files.add(file);
            }
        }
        return files;
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException | AccessDeniedException e) {
            return null;
        }
    }

    List<CacheStats.Layer> stats(Instant now, ProgressListener progress) throws IOException {
        List<CacheStats.Layer> layers = new ArrayList<>();
        for (Path directory : directories) {
            CacheSurvey survey = new CacheSurvey(file -> false, now);
            survey.count(directory, progress);
            layers.add(new CacheStats.Layer(
                    directory.toString(),
                    survey.cached().files(),
                    survey.cached().bytes()));
        }
        return layers;
    }
}
