package io.jenkins.plugins.mlops.core.inspection;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which label belongs to which image, by their paths. */
final class LabelPaths {

    /** Directories that hold images and labels apart: {@code images/1.jpg} and {@code labels/1.txt}. */
    private static final Set<String> APART = Set.of("images", "labels", "annotations", "jpegimages", "xmls");

    private static final Set<String> LABEL_DIRECTORIES = Set.of("labels", "annotations", "xmls");

    /** Texts of these names are no labels. */
    private static final Pattern OTHER_TEXTS = Pattern.compile(
            "(classes|names|labels|train|val|valid|test|trainval|predefined_classes|requirements|notes)\\.txt"
                    + "|(readme|license|licence|changelog|copying).*\\.txt",
            Pattern.CASE_INSENSITIVE);

    private LabelPaths() {}

    /** The same for an image and its label. */
    static String key(String path) {
        String[] segments = FileKind.withoutSuffix(path).split("/");
        for (int i = segments.length - 2; i >= 0; i--) {
            if (APART.contains(segments[i].toLowerCase(Locale.ROOT))) {
                segments[i] = "*";
                break;
            }
        }
        return String.join("/", segments);
    }

    /** Whether it lies where labels lie apart from images. */
    static boolean isAmongLabels(String path) {
        return List.of(path.split("/")).stream()
                .anyMatch(segment -> LABEL_DIRECTORIES.contains(segment.toLowerCase(Locale.ROOT)));
    }

    /** Whether a text of this name may be a label. */
    static boolean mayBeLabel(String path) {
        return !OTHER_TEXTS.matcher(name(path)).matches();
    }

    static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The directory that an image is in; null for none. */
    static String directory(String path) {
        int end = path.lastIndexOf('/');
        return end < 0 ? null : path.substring(path.lastIndexOf('/', end - 1) + 1, end);
    }
}
