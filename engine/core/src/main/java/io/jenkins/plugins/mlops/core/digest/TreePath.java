package io.jenkins.plugins.mlops.core.digest;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.Comparator;

/**
 * The rules for a file's path inside a dataset or model: relative, {@code /} between segments, no empty, {@code .} or
 * {@code ..} segment, no control character, no backslash, no unpaired surrogate, at most 255 UTF-8 bytes a segment and 4,096
 * in all. Paths come from manifests and object keys and are hostile until {@link #check} has passed them: a checked path,
 * resolved against a directory, stays below it on every platform.
 */
public final class TreePath {

    private static final int MAX_SEGMENT = 255;
    private static final int MAX_PATH = 4096;

    /**
     * The canonical order: segment by segment, each by its UTF-8 bytes, so that all that lies in a directory stands together.
     */
    public static final Comparator<String> ORDER = TreePath::compare;

    private TreePath() {}

    /**
     * Returns the path when it keeps the rules.
     *
     * @throws MlopsException of kind USAGE that names the path and the broken rule
     */
    public static String check(String path) {
        String broken = brokenRule(path);
        if (broken != null) {
            throw MlopsException.usage("The path " + quote(path) + " is refused: " + broken);
        }
        return path;
    }

    private static String brokenRule(String path) {
        if (path.isEmpty()) {
            return "it is empty";
        }
        if (path.startsWith("/")) {
            return "it is absolute";
        }
        int bytes = 0;
        int segmentBytes = 0;
        int segmentStart = 0;
        for (int i = 0; i <= path.length(); i++) {
            char c = i == path.length() ? '/' : path.charAt(i);
            if (c == '/') {
                String segment = path.substring(segmentStart, i);
                if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                    return "it has an empty, '.' or '..' segment and could leave the target directory";
                }
                if (segmentBytes > MAX_SEGMENT) {
                    return "a name in it is longer than " + MAX_SEGMENT + " bytes";
                }
                segmentStart = i + 1;
                segmentBytes = 0;
                bytes++;
            } else if (c < 0x20 || c == 0x7f) {
                return "it has a control character";
            } else if (c == '\\') {
                return "it has a backslash, which some platforms read as a directory separator";
            } else if (Character.isHighSurrogate(c)) {
                if (i + 1 >= path.length() || !Character.isLowSurrogate(path.charAt(i + 1))) {
                    return "it is not well-formed Unicode";
                }
                i++;
                bytes += 4;
                segmentBytes += 4;
            } else if (Character.isLowSurrogate(c)) {
                return "it is not well-formed Unicode";
            } else {
                int width = c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
                bytes += width;
                segmentBytes += width;
            }
        }
        return bytes - 1 > MAX_PATH ? "it is longer than " + MAX_PATH + " bytes" : null;
    }

    private static int compare(String a, String b) {
        int n = Math.min(a.length(), b.length());
        for (int i = 0; i < n; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                return Integer.compare(rank(x), rank(y));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** Makes '/' the lowest and surrogates (code points past U+FFFF) the highest, which is the order of UTF-8 bytes. */
    private static int rank(char c) {
        if (c == '/') {
            return -1;
        }
        return Character.isSurrogate(c) ? c + 0x10000 : c;
    }

    private static String quote(String path) {
        StringBuilder out = new StringBuilder("'");
        for (char c : path.length() > 200 ? (path.substring(0, 200) + "...").toCharArray() : path.toCharArray()) {
            if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('\'').toString();
    }
}
