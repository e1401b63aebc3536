package io.jenkins.plugins.mlops.core.sample;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Per-sample results for tests. */
final class Samples {

    private Samples() {}

    /** From lines of text; metric {@code m} is kept. */
    static SampleResults read(String text) {
        return read(text, "m");
    }

    static SampleResults read(String text, String... metrics) {
        try {
            return SampleResults.read(
                    new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "samples.jsonl", List.of(metrics));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line with a plain number. */
    static String line(String sample, String group, double value) {
        return "{\"sample\": \"" + sample + "\", "
                + (group == null ? "" : "\"group\": \"" + group + "\", ")
                + "\"metrics\": {\"m\": " + value + "}}\n";
    }

    /** Samples without groups, one for each value. */
    static SampleResults of(double... values) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            lines.append(line("s" + i, null, values[i]));
        }
        return read(lines.toString());
    }

    /** Groups of {@code perGroup} samples: each has the group's normal effect plus normal noise of its own. */
    static SampleResults simulated(
            Random random, int groups, int perGroup, double mean, double groupSd, double noiseSd) {
        StringBuilder lines = new StringBuilder();
        for (int g = 0; g < groups; g++) {
            double effect = mean + groupSd * random.nextGaussian();
            for (int i = 0; i < perGroup; i++) {
                lines.append(line("s" + g + "-" + i, "g" + g, effect + noiseSd * random.nextGaussian()));
            }
        }
        return read(lines.toString());
    }
}
