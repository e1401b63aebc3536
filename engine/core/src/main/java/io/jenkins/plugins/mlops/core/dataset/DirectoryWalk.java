package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * All that is in a directory but for directories and what a pull keeps for itself, in {@link TreePath#ORDER}, as manifests have
 * it: the two can be gone through side by side. Memory is the names in the directories that lead to the last file. Links are
 * not followed. Not thread-safe.
 */
final class DirectoryWalk {

    private record Level(String path, Path directory, Iterator<String> names) {}

    private final Deque<Level> open = new ArrayDeque<>();

    DirectoryWalk(Path root) throws IOException {
        enter("", root);
    }

    /** @param path as manifests write it */
    record Found(String path, Path file, BasicFileAttributes attributes) {}

    /** The next; null when there is none. */
    Found next() throws IOException {
        while (!open.isEmpty()) {
            Level level = open.element();
            if (!level.names().hasNext()) {
                open.pop();
                continue;
            }
            String name = level.names().next();
            String path = level.path() + name;
            Path file = level.directory().resolve(name);
            BasicFileAttributes attributes;
            try {
                attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException gone) {
                continue;
            }
            if (!attributes.isDirectory()) {
                return new Found(path, file, attributes);
            }
            if (!path.equals(PulledDirectory.OWN_NAME)) {
                enter(path + "/", file);
            }
        }
        return null;
    }

    private void enter(String path, Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            children.forEach(child -> names.add(String.valueOf(child.getFileName())));
        }
        names.sort(TreePath.ORDER);
        open.push(new Level(path, directory, names.iterator()));
    }
}
