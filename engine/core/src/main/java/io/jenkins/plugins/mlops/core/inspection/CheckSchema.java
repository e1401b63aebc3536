package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.GroupRule;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a set should be: the file that {@code docs/dataset-checks.md} describes. Immutable.
 *
 * @param images never null
 * @param labels never null
 * @param classes never null
 * @param groupBy as {@link GroupRule} reads it, or {@value #GROUPS_OF_MANIFESTS}; null for the groups of manifests where they have some
 * @param nearDistance in how many of 64 bits images that look alike may differ, 0 to 11; null when looks are not compared
 * @param limits what is allowed, by kind; kinds that are absent have their defaults
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CheckSchema(
        Images images, Labels labels, Classes classes, String groupBy, Integer nearDistance, Map<Kind, Limit> limits) {

    /** Nothing is wanted but the defaults. */
    public static final CheckSchema DEFAULT = new CheckSchema(null, null, null, null, null, null);

    /** The word that stands for what manifests say. */
    static final String GROUPS_OF_MANIFESTS = "group";

    private static final long PIXELS = 1_000_000;

    /**
     * What images should be.
     *
     * @param path a regular expression that is looked for in the path; what does not have it is no image of the set; null for all
     * @param formats null for any
     * @param channels null for any
     * @param maxMegapixels larger ones are not decoded, 1 to 2000, default 178
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Images(
            String path,
            List<ImageFormat> formats,
            Range width,
            Range height,
            List<Integer> channels,
            Integer maxMegapixels) {
        private static final int DEFAULT_MEGAPIXELS = 178;
        private static final int MOST_MEGAPIXELS = 2000;

        public Images {
            if (path != null) {
                pattern(path);
            }
            if (maxMegapixels == null) {
                maxMegapixels = DEFAULT_MEGAPIXELS;
            }
            if (maxMegapixels < 1 || maxMegapixels > MOST_MEGAPIXELS) {
                throw MlopsException.usage(
                        "images.maxMegapixels is " + maxMegapixels + ": 1 to " + MOST_MEGAPIXELS + " are possible");
            }
        }

        long maxPixels() {
            return maxMegapixels * PIXELS;
        }

        /** Null for all. */
        Pattern pattern() {
            return path == null ? null : pattern(path);
        }

        private static Pattern pattern(String expression) {
            try {
                return Pattern.compile(expression);
            } catch (PatternSyntaxException e) {
                throw MlopsException.usage(
                        "images.path '" + expression + "' is no regular expression: " + e.getDescription(), e);
            }
        }
    }

    /** From least to most, both allowed. @param min null for any @param max null for any */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Range(Integer min, Integer max) {
        public Range {
            if (min != null && max != null && min > max) {
                throw MlopsException.usage("the least is " + min + ", the most " + max + ": nothing is between");
            }
        }

        boolean has(int value) {
            return (min == null || value >= min) && (max == null || value <= max);
        }

        @Override
        public String toString() {
            return min == null ? "at most " + max : max == null ? "at least " + min : min + " to " + max;
        }
    }

    /**
     * How the set says what is on its images.
     *
     * @param format null to look
     * @param files paths of COCO documents or tables in the set; null for all
     * @param image the column of a table that names the image; null to look
     * @param label the column that names the class; null to look
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Labels(LabelFormat format, List<String> files, String image, String label) {}

    /**
     * What classes there should be.
     *
     * @param names in the order of their numbers; null for any, or as the set says
     * @param minImages of each class
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Classes(List<String> names, Integer minImages) {
        public Classes {
            names = names == null ? null : List.copyOf(names);
            if (names != null && new HashSet<>(names).size() != names.size()) {
                throw MlopsException.usage("classes.names has a name twice");
            }
        }
    }

    public CheckSchema {
        images = images == null ? new Images(null, null, null, null, null, null) : images;
        labels = labels == null ? new Labels(null, null, null, null) : labels;
        classes = classes == null ? new Classes(null, null) : classes;
        rule(groupBy);
        if (nearDistance != null && (nearDistance < 0 || nearDistance > LooksIndex.MAX_DISTANCE)) {
            throw MlopsException.usage(
                    "nearDistance is " + nearDistance + ": 0 to " + LooksIndex.MAX_DISTANCE + " are possible");
        }
        Map<Kind, Limit> copy = new EnumMap<>(Kind.class);
        if (limits != null) {
            copy.putAll(limits);
        }
        limits = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads a schema's file, YAML or JSON.
     *
     * @throws MlopsException of kind USAGE that names file, line and column
     */
    public static CheckSchema read(Path file) {
        return Documents.read(file, CheckSchema.class);
    }

    /**
     * Reads a schema's text, YAML or JSON.
     *
     * @param origin what messages call it
     * @throws MlopsException of kind USAGE that names origin, line and column
     */
    public static CheckSchema parse(String text, String origin) {
        return Documents.readYaml(text, origin, CheckSchema.class);
    }

    /** This with what was given when the check was started; null changes nothing. */
    public CheckSchema with(String givenGroupBy, Integer givenNearDistance) {
        return new CheckSchema(
                images,
                labels,
                classes,
                givenGroupBy == null ? groupBy : givenGroupBy,
                givenNearDistance == null ? nearDistance : givenNearDistance,
                limits);
    }

    /** Which group a file is in; null for what manifests say. */
    GroupRule rule() {
        return rule(groupBy);
    }

    private static GroupRule rule(String groupBy) {
        return groupBy == null || groupBy.equals(GROUPS_OF_MANIFESTS) ? null : GroupRule.parse(groupBy);
    }

    Limit limit(Kind kind) {
        return limits.getOrDefault(kind, kind.byDefault());
    }

    /** Whether somebody wants to know, and not only the default. */
    boolean asksFor(Kind kind) {
        Limit limit = limits.get(kind);
        return limit != null && !limit.isAny();
    }
}
