package io.jenkins.plugins.mlops.cli.rerun;

import io.jenkins.plugins.mlops.core.rerun.Tolerance;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How far metrics may be apart. @param all of those that are not named @param each by the metric's name */
record Tolerances(Tolerance all, Map<String, Tolerance> each) {

    /** @param texts each {@code T} or {@code METRIC=T} */
    static Tolerances parse(List<String> texts) {
        Tolerance all = Tolerance.DEFAULT;
        Map<String, Tolerance> each = new TreeMap<>();
        for (String text : texts) {
            int equals = text.lastIndexOf('=');
            if (equals < 0) {
                all = Tolerance.parse(text);
            } else {
                each.put(text.substring(0, equals), Tolerance.parse(text.substring(equals + 1)));
            }
        }
        return new Tolerances(all, each);
    }
}
