package io.jenkins.plugins.mlops.core.inspection;

import java.util.Locale;
import java.util.Set;

/** What kind of file a name promises. */
enum FileKind {
    IMAGE,
    /** Labels, lists and words about the data: what a model does not learn from by itself. */
    TEXT,
    /** Other data, such as a point cloud. */
    OTHER;

    private static final Set<String> IMAGES = Set.of(
            "jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "dib", "tif", "tiff", "webp", "avif", "heic", "heif",
            "jp2", "j2k", "jxl", "ppm", "pgm", "pbm", "pnm", "exr", "hdr", "dng", "dcm", "ico", "psd");
    private static final Set<String> TEXTS = Set.of(
            "txt", "xml", "json", "jsonl", "csv", "tsv", "yaml", "yml", "md", "rst", "names", "labels", "html", "cfg",
            "ini", "log", "py", "sh");

    static FileKind of(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        String suffix = suffix(name);
        if (name.startsWith(".") || suffix.isEmpty()) {
            return name.startsWith(".") || name.equals(name.toUpperCase(Locale.ROOT)) && name.matches("[A-Z]+")
                    ? TEXT
                    : OTHER;
        }
        return IMAGES.contains(suffix) ? IMAGE : TEXTS.contains(suffix) ? TEXT : OTHER;
    }

    /** Lower-case, without the dot; empty for none. */
    static String suffix(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot <= 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /** The path without its suffix. */
    static String withoutSuffix(String path) {
        String suffix = suffix(path);
        return suffix.isEmpty() ? path : path.substring(0, path.length() - suffix.length() - 1);
    }
}
