package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.ManifestScan;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A set of files to look at: a manifest, of which no bytes are there, or a directory. Of a directory that a pull made, digests and
 * groups are those of its manifest. Links are not followed. Not thread-safe.
 */
public final class InspectedSet {

    private static final String OWN = Path.of(Datasets.MANIFEST_PATH).getName(0).toString();

    private final String name;
    private final Path directory;
    private final Path manifest;
    /** Known when the manifest was read once. */
    private DatasetVersion version;

    private final List<Listed> listed;
    private final List<String> notFiles = new ArrayList<>();

    private record Listed(String path, long size) {}

    /** Hears the files in the order of their paths. */
    @FunctionalInterface
    interface Visitor {
        void file(SetFile file) throws IOException;
    }

    private InspectedSet(String name, Path directory, Path manifest) throws IOException {
        this.name = name;
        this.directory = directory;
        this.manifest = manifest;
        this.listed = directory == null ? List.of() : list();
    }

    /**
     * What a manifest lists. It is read by the check, which fails with kind USAGE when it is broken.
     *
     * @param manifest its file; it must stay until the check has ended
     * @param origin what messages call it
     * @throws MlopsException of kind USAGE when there is no such file
     */
    public static InspectedSet ofManifest(Path manifest, String origin) {
        if (!Files.isRegularFile(manifest)) {
            throw MlopsException.usage("There is neither a manifest nor a directory " + origin);
        }
        try {
            return new InspectedSet(origin, null, manifest);
        } catch (IOException e) {
            throw new IllegalStateException("nothing is read of a manifest yet", e);
        }
    }

    /**
     * What lies in a directory.
     *
     * @param origin what messages call it
     * @throws MlopsException of kind USAGE when it is no directory, or cannot be read
     */
    public static InspectedSet ofDirectory(Path directory, String origin) {
        if (!Files.isDirectory(directory)) {
            throw MlopsException.usage("The directory " + origin + " does not exist");
        }
        try {
            Path manifest = directory.resolve(Datasets.MANIFEST_PATH);
            boolean pulled = Files.isRegularFile(manifest, LinkOption.NOFOLLOW_LINKS);
            return new InspectedSet(origin, directory.toRealPath(), pulled ? manifest : null);
        } catch (IOException e) {
            throw MlopsException.usage("The directory " + origin + " cannot be read: " + e, e);
        }
    }

    /** What messages and reports call it. */
    String name() {
        return name;
    }

    /** Null for a directory that no pull made, and before {@link #each}. */
    DatasetVersion version() {
        return version;
    }

    /** Whether the bytes of files can be read. */
    boolean hasBytes() {
        return directory != null;
    }

    Path file(String path) {
        return directory.resolve(path);
    }

    /** How many files there are; of a manifest known after {@link #each}. */
    int size() {
        long files = directory == null ? version.files() : listed.size();
        if (files > Integer.MAX_VALUE - 8) {
            throw MlopsException.usage(
                    name + " has " + files + " files, and 2,147,483,639 are the most that are checked");
        }
        return (int) files;
    }

    /** Paths that are neither files nor directories. */
    List<String> notFiles() {
        return notFiles;
    }

    /** Hands on all files. */
    void each(Visitor visitor) throws IOException {
        if (directory == null) {
            int[] number = {0};
            version = read(entry -> {
                requireNotInterrupted();
                visitor.file(new SetFile(number[0]++, entry.path(), entry.size(), entry.sha256(), entry.group()));
            });
        } else if (manifest == null) {
            eachListed(listed.size(), new int[] {0}, visitor);
        } else {
            int[] next = {0};
            version = read(entry -> joined(entry, next, visitor));
            eachListed(listed.size(), next, visitor);
        }
    }

    private DatasetVersion read(ManifestScan.Visitor visitor) {
        return ManifestScan.read(manifest, name, visitor).version();
    }

    /** Both are in the order of the paths: what comes before the entry in the directory is not in the manifest. */
    private void joined(Manifest.Entry entry, int[] next, Visitor visitor) throws IOException {
        int end = next[0];
        while (end < listed.size() && TreePath.ORDER.compare(listed.get(end).path, entry.path()) < 0) {
            end++;
        }
        eachListed(end, next, visitor);
        if (end < listed.size() && listed.get(end).path.equals(entry.path())) {
            Listed file = listed.get(end);
            boolean same = file.size == entry.size();
            visitor.file(new SetFile(next[0]++, file.path, file.size, same ? entry.sha256() : null, entry.group()));
        }
    }

    private void eachListed(int end, int[] next, Visitor visitor) throws IOException {
        while (next[0] < end) {
            requireNotInterrupted();
            Listed file = listed.get(next[0]);
            visitor.file(new SetFile(next[0]++, file.path, file.size, null, null));
        }
    }

    private void requireNotInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw MlopsException.interrupted("Checking " + name);
        }
    }

    /** The paths of some files. */
    Map<Integer, String> paths(Set<Integer> numbers) throws IOException {
        Map<Integer, String> paths = new HashMap<>();
        if (directory != null) {
            numbers.forEach(number -> paths.put(number, listed.get(number).path));
        } else if (!numbers.isEmpty()) {
            each(file -> {
                if (numbers.contains(file.number())) {
                    paths.put(file.number(), file.path());
                }
            });
        }
        return paths;
    }

    private List<Listed> list() throws IOException {
        Map<String, Long> found = new TreeMap<>(TreePath.ORDER);
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                requireNotInterrupted();
                return dir.equals(directory.resolve(OWN)) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String path = path(file);
                if (attributes.isRegularFile()) {
                    found.put(path, attributes.size());
                } else {
                    notFiles.add(path);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found.entrySet().stream()
                .map(file -> new Listed(file.getKey(), file.getValue()))
                .toList();
    }

    private String path(Path file) {
        List<String> names = new ArrayList<>();
        directory.relativize(file).forEach(part -> names.add(part.toString()));
        return String.join("/", names);
    }
}
