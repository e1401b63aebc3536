package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Refuses paths that are one file on a file system which ignores case or Unicode normalisation, be it by their own name or a
 * directory's, and paths in the directory that pulls keep for themselves. Paths are
 * added in {@link TreePath#ORDER}, so that no more than the directories that lead to the last one are remembered.
 */
final class PathClashes {

    /** A directory that more may be added to, and the names in it by what a file system may take for the same. */
    private record Level(String path, Map<String, String> names) {}

    private final Deque<Level> open = new ArrayDeque<>();

    PathClashes() {
        open.push(new Level("", new HashMap<>()));
    }

    void add(String path) {
        int slash = path.lastIndexOf('/') + 1;
        enter(path.substring(0, slash));
        put(path.substring(slash));
    }

    /** Makes the directory with this path ("" or ending in '/') the innermost open one. */
    private void enter(String directory) {
        while (!directory.startsWith(open.element().path())) {
            open.pop();
        }
        for (int from = open.element().path().length(); from < directory.length(); ) {
            int slash = directory.indexOf('/', from);
            put(directory.substring(from, slash));
            from = slash + 1;
            open.push(new Level(directory.substring(0, from), new HashMap<>()));
        }
    }

    private void put(String name) {
        Level level = open.element();
        String folded = fold(name);
        if (level.path().isEmpty() && folded.equals(PulledDirectory.OWN_NAME)) {
            throw MlopsException.usage("the path '" + name + "' is refused: pulls keep '" + PulledDirectory.OWN_NAME
                    + "' at the top for themselves");
        }
        String before = level.names().putIfAbsent(folded, name);
        if (before != null) {
            throw clash(level.path() + before, level.path() + name);
        }
    }

    private static MlopsException clash(String one, String other) {
        return MlopsException.usage("the paths '" + one + "' and '" + other
                + "' differ only in case or in how accents are written, and are one file on some systems: rename one");
    }

    private static String fold(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) > 0x7f) {
                return Normalizer.normalize(path, Normalizer.Form.NFC)
                        .toUpperCase(Locale.ROOT)
                        .toLowerCase(Locale.ROOT);
            }
        }
        return path.toLowerCase(Locale.ROOT);
    }
}
