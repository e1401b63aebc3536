package io.jenkins.plugins.mlops.policy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.util.Arrays;

/** How entries of policies match. */
final class Patterns {

    private Patterns() {}

    /** Exactly, but for {@code *}, which stands for any characters, also none. Never exponential, however many stars there are. */
    static boolean glob(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int mark = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                mark = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++mark;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /**
     * Whether the place is the prefix or lies below it. Keys that a server might take for another place, since parts are
     * {@code ..} or {@code .}, lie nowhere.
     */
    static boolean contains(String prefix, S3Uri place) {
        S3Uri allowed = S3Uri.parse(prefix);
        if (!allowed.bucket().equals(place.bucket())) {
            return false;
        }
        if (Arrays.stream(place.key().split("/")).anyMatch(part -> part.equals(".") || part.equals(".."))) {
            return false;
        }
        return below(allowed.key(), place.key());
    }

    /** @throws MlopsException of kind USAGE when it is no place in an object store */
    static void checkLocation(String entry) {
        if (S3Uri.parse(entry).key().indexOf('*') >= 0) {
            throw MlopsException.usage("The location '" + entry
                    + "' has a *, which is not read as one: name the prefix itself, all below it is allowed");
        }
    }

    /** @throws MlopsException of kind USAGE when it is no registry and no beginning of a repository's name */
    static void checkImage(String entry) {
        String path = entry.endsWith("/") ? entry.substring(0, entry.length() - 1) : entry;
        int slash = path.indexOf('/');
        String registry = slash < 0 ? path : path.substring(0, slash);
        if (!ImageReference.isHost(registry)
                || registry.indexOf('.') < 0 && registry.indexOf(':') < 0 && !registry.equals("localhost")
                || slash >= 0 && !path.substring(slash + 1).matches("[a-z0-9._/-]+")) {
            throw MlopsException.usage("'" + entry + "' is no registry with or without the beginning of a repository:"
                    + " registry.example.org/team is wanted, docker.io/library/python for one of Docker Hub");
        }
    }

    /** Whether the repository's name is the entry, or lies below that registry or path. */
    static boolean image(String entry, String name) {
        return below(normalized(entry), name);
    }

    /** A registry alone stays one; all else is read as references are. */
    private static String normalized(String entry) {
        String path = entry.endsWith("/") ? entry.substring(0, entry.length() - 1) : entry;
        if (path.indexOf('/') < 0) {
            return path.equals("index." + ImageReference.DOCKER_HUB) ? ImageReference.DOCKER_HUB : path;
        }
        return path.startsWith("index." + ImageReference.DOCKER_HUB + "/") ? path.substring("index.".length()) : path;
    }

    private static boolean below(String prefix, String path) {
        String directory = prefix.endsWith("/") || prefix.isEmpty() ? prefix : prefix + "/";
        return path.startsWith(directory) || (path + "/").equals(directory);
    }
}
