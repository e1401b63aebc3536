package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Refuses paths that are one file on a file system which ignores case or Unicode normalisation, be it by their own name or a
 * directory's, and paths in the directory that pulls keep for themselves. Paths are added in {@link TreePath#ORDER}.
 */
final class PathClashes {

    private final Map<String, String> seen = new HashMap<>();
    private String directory = "";

    void add(String path) {
        int slash = path.lastIndexOf('/') + 1;
        String parent = path.substring(0, slash);
        if (!parent.equals(directory)) {
            for (int end = parent.indexOf('/'); end >= 0; end = parent.indexOf('/', end + 1)) {
                enter(parent.substring(0, end));
            }
            directory = parent;
        }
        String before = seen.putIfAbsent(fold(path), path);
        if (before != null) {
            throw clash(before, path);
        }
    }

    private void enter(String path) {
        String folded = fold(path);
        if (folded.equals(PulledDirectory.OWN_NAME)) {
            throw MlopsException.usage("the path '" + path + "' is refused: pulls keep '" + PulledDirectory.OWN_NAME
                    + "' at the top for themselves");
        }
        String before = seen.putIfAbsent(folded, path);
        if (before != null && !before.equals(path)) {
            throw clash(before, path);
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
