package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.jenkins.plugins.mlops.core.digest.KeyTable;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A JSON document of COCO: images, annotations and categories, in any order. It is streamed twice, since annotations name images by
 * id; memory is some dozens of bytes for an image.
 */
final class CocoDocument {

    private static final int MAX_CATEGORIES = 100_000;
    /** Pixels: annotators round. */
    private static final double TOLERANCE = 1;

    private final Path file;
    private final Consumer<String> problems;
    private final Map<Long, String> categories = new HashMap<>();
    private final KeyTable images = new KeyTable();
    private double[] widths = new double[1024];
    private double[] heights = new double[1024];
    private boolean[] annotated = new boolean[1024];
    private int count;

    /** @param problems hears what is wrong in it */
    CocoDocument(Path file, Consumer<String> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** Whether a file begins like such a document: it has images and annotations. */
    static boolean is(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                JsonParser parser = Documents.json().getFactory().createParser(in)) {
            boolean hasImages = false;
            boolean hasAnnotations = false;
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME && !(hasImages && hasAnnotations)) {
                hasImages |= parser.currentName().equals("images");
                hasAnnotations |= parser.currentName().equals("annotations");
                parser.nextToken();
                parser.skipChildren();
            }
            return hasImages && hasAnnotations;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /**
     * Reads it.
     *
     * @param names of the wanted classes; null when any will do
     * @param imageNamed hears the name of each image
     * @param classes counts what is annotated
     * @return how many images have no annotation
     */
    long read(List<String> names, Consumer<String> imageNamed, ClassCounts classes) throws IOException {
        if (!pass(Map.of("images", parser -> image(parser, imageNamed), "categories", this::category))) {
            return 0;
        }
        Map<Long, KeyTable> seen = new HashMap<>();
        pass(Map.of("annotations", parser -> annotation(parser, names, classes, seen)));
        long background = 0;
        for (int i = 0; i < count; i++) {
            background += annotated[i] ? 0 : 1;
        }
        return background;
    }

    @FunctionalInterface
    private interface Item {
        void read(JsonParser parser) throws IOException;
    }

    /** @return false when the document is broken, which was told */
    private boolean pass(Map<String, Item> arrays) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                JsonParser parser = Documents.json().getFactory().createParser(in)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                problems.accept("is no set of keys");
                return false;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                Item item = arrays.get(parser.currentName());
                if (parser.nextToken() != JsonToken.START_ARRAY || item == null) {
                    parser.skipChildren();
                    continue;
                }
                while (parser.nextToken() != JsonToken.END_ARRAY && parser.currentToken() != null) {
                    if (parser.currentToken() == JsonToken.START_OBJECT) {
                        item.read(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
            }
            return true;
        } catch (JsonProcessingException e) {
            problems.accept("is broken at line "
                    + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ": " + e.getOriginalMessage());
            return false;
        }
    }

    /** The flat values of an object that are wanted here. */
    private static final class Values {
        private Long id;
        private Long imageId;
        private Long categoryId;
        private String text;
        private double width;
        private double height;
        private List<Double> box;
    }

    private static Values values(JsonParser parser) throws IOException {
        Values values = new Values();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (key) {
                case "id" -> values.id = whole(parser, value);
                case "image_id" -> values.imageId = whole(parser, value);
                case "category_id" -> values.categoryId = whole(parser, value);
                case "file_name", "name" -> values.text = value == JsonToken.VALUE_STRING ? parser.getText() : null;
                case "width" -> values.width = value.isNumeric() ? parser.getDoubleValue() : 0;
                case "height" -> values.height = value.isNumeric() ? parser.getDoubleValue() : 0;
                case "bbox" -> values.box = box(parser, value);
                default -> {}
            }
            if (parser.currentToken() == JsonToken.START_OBJECT || parser.currentToken() == JsonToken.START_ARRAY) {
                parser.skipChildren();
            }
        }
        return values;
    }

    private static Long whole(JsonParser parser, JsonToken value) throws IOException {
        return value == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                ? parser.getLongValue()
                : null;
    }

    private static List<Double> box(JsonParser parser, JsonToken value) throws IOException {
        List<Double> box = new ArrayList<>();
        if (value != JsonToken.START_ARRAY) {
            return box;
        }
        for (JsonToken next = parser.nextToken();
                next != JsonToken.END_ARRAY && next != null;
                next = parser.nextToken()) {
            if (box.size() <= 4) {
                box.add(next.isNumeric() ? parser.getDoubleValue() : Double.NaN);
            }
            parser.skipChildren();
        }
        return box;
    }

    private void image(JsonParser parser, Consumer<String> imageNamed) throws IOException {
        Values image = values(parser);
        if (image.id == null || image.text == null) {
            problems.accept("an image has no id or no file_name");
            return;
        }
        if (images.putIfAbsent(0, image.id, count) >= 0) {
            problems.accept("the image id " + image.id + " stands twice");
            return;
        }
        if (count == widths.length) {
            widths = Arrays.copyOf(widths, count * 2);
            heights = Arrays.copyOf(heights, count * 2);
            annotated = Arrays.copyOf(annotated, count * 2);
        }
        widths[count] = image.width;
        heights[count] = image.height;
        count++;
        imageNamed.accept(image.text);
    }

    private void category(JsonParser parser) throws IOException {
        Values category = values(parser);
        if (category.id == null || category.text == null) {
            problems.accept("a category has no id or no name");
        } else if (categories.size() < MAX_CATEGORIES) {
            categories.put(category.id, category.text);
        }
    }

    private void annotation(JsonParser parser, List<String> names, ClassCounts classes, Map<Long, KeyTable> seen)
            throws IOException {
        Values annotation = values(parser);
        String what = "annotation " + annotation.id + ": ";
        int image = annotation.imageId == null ? -1 : images.get(0, annotation.imageId);
        if (image < 0) {
            problems.accept(what + "the image " + annotation.imageId + " is not there");
            return;
        }
        annotated[image] = true;
        if (annotation.categoryId == null && categories.isEmpty()) {
            return; // words about the image, which have no class
        }
        String name = annotation.categoryId == null ? null : categories.get(annotation.categoryId);
        if (name == null || names != null && !names.contains(name)) {
            problems.accept(what + "the category " + (name == null ? annotation.categoryId : "'" + name + "'")
                    + " is not there");
            return;
        }
        String wrong = annotation.box == null ? null : wrong(annotation.box, widths[image], heights[image]);
        if (wrong != null) {
            problems.accept(what + wrong);
            return;
        }
        boolean first = seen.computeIfAbsent(annotation.categoryId, id -> new KeyTable())
                        .putIfAbsent(0, annotation.imageId, 0)
                < 0;
        classes.add(name, first ? 1 : 0, 1);
    }

    private static String wrong(List<Double> box, double width, double height) {
        if (box.size() != 4 || box.stream().anyMatch(value -> !Double.isFinite(value))) {
            return "the box is no four numbers";
        }
        double right = box.get(0) + box.get(2);
        double bottom = box.get(1) + box.get(3);
        if (box.get(2) <= 0 || box.get(3) <= 0) {
            return "the box has no area";
        }
        boolean inside = box.get(0) >= -TOLERANCE
                && box.get(1) >= -TOLERANCE
                && (width <= 0 || right <= width + TOLERANCE)
                && (height <= 0 || bottom <= height + TOLERANCE);
        return inside ? null : "the box reaches out of the image";
    }
}
