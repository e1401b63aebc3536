package io.jenkins.plugins.mlops.core.dvc;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Paths inside a repository: from its root on, with slashes, the root itself is empty. */
final class RepositoryPath {

    private RepositoryPath() {}

    /**
     * The place that a path means, seen from a directory.
     *
     * @throws MlopsException of kind REFUSED when that is outside of the repository
     */
    static String resolve(String directory, String path) {
        if (path.startsWith("/") || path.matches("[A-Za-z]:[\\\\/].*")) {
            throw MlopsException.refused("The path '" + path
                    + "' is absolute: DVC's files that this reads name paths of their" + " own repository");
        }
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : (directory + "/" + path).split("/", -1)) {
            if (segment.equals("..")) {
                if (segments.pollLast() == null) {
                    throw MlopsException.refused("The path '" + path + "' leads out of the repository");
                }
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        return String.join("/", segments);
    }

    /** The directory that a file lies in. */
    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    static String child(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    /** Whether a path is the other or lies below it. */
    static boolean isWithin(String path, String directory) {
        return directory.isEmpty() || path.equals(directory) || path.startsWith(directory + "/");
    }

    /** The rest of a path below a directory; empty for the directory itself. */
    static String below(String path, String directory) {
        return directory.isEmpty()
                ? path
                : path.length() == directory.length() ? "" : path.substring(directory.length() + 1);
    }
}
