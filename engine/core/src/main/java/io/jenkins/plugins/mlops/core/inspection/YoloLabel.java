package io.jenkins.plugins.mlops.core.inspection;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A YOLO label: a line for each object, the class's number and then centre, width and height of its box, or an outline of three or
 * more points, all as shares of the image.
 */
final class YoloLabel {

    private static final int BOX = 5;
    private static final int OUTLINE = 7;
    /** Writers round. */
    private static final double TOLERANCE = 1e-4;

    private YoloLabel() {}

    /**
     * The class of each object.
     *
     * @param names of the classes; null when they are not known
     * @param problems hears what is wrong with a line
     */
    static List<String> read(String text, List<String> names, Consumer<String> problems) {
        List<String> classes = new ArrayList<>();
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            if (!line.isBlank()) {
                String problem = object(line.trim().split("\\s+"), names, classes);
                if (problem != null) {
                    problems.accept("line " + number + ": " + problem);
                }
            }
        }
        return classes;
    }

    /** What is wrong, null for nothing; then the class is added. */
    private static String object(String[] words, List<String> names, List<String> classes) {
        boolean outline = words.length >= OUTLINE && words.length % 2 == 1;
        if (words.length != BOX && !outline) {
            return words.length
                    + " values, where a class and a box (5 values) or an outline (7 or more, an odd number) is wanted";
        }
        int type;
        double[] values = new double[words.length - 1];
        try {
            type = Integer.parseInt(words[0]);
            for (int i = 0; i < values.length; i++) {
                values[i] = Double.parseDouble(words[i + 1]);
            }
        } catch (NumberFormatException e) {
            return "a value is no number (" + e.getMessage() + ")";
        }
        if (type < 0 || names != null && type >= names.size()) {
            return "the class " + type + " is not there"
                    + (names == null ? "" : ": 0 to " + (names.size() - 1) + " are");
        }
        for (double value : values) {
            if (!(value >= -TOLERANCE && value <= 1 + TOLERANCE)) {
                return "the value " + value + " is not between 0 and 1";
            }
        }
        if (!outline) {
            if (values[2] <= 0 || values[3] <= 0) {
                return "the box has no area";
            }
            for (int axis = 0; axis < 2; axis++) {
                double half = values[axis + 2] / 2;
                if (values[axis] - half < -TOLERANCE || values[axis] + half > 1 + TOLERANCE) {
                    return "the box reaches out of the image";
                }
            }
        }
        classes.add(names == null ? String.valueOf(type) : names.get(type));
        return null;
    }
}
