package io.jenkins.plugins.mlops.core.rerun;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a repetition came to, compared with the training that it repeats.
 *
 * @param kind how it was to repeat it, as its record says; null when it was not made for that
 * @param original digest of its record
 * @param repeated digest of its record
 * @param sameModel whether both made the same bytes
 * @param metrics the overall ones of both, by name
 * @param differences what was not the same, as far as the records tell
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunComparison(
        RerunKind kind,
        Digest original,
        Digest repeated,
        Verdict verdict,
        boolean sameModel,
        List<MetricComparison> metrics,
        List<RunDifference> differences) {

    /** Keys of the internal parameters that tell where a training ran, with their names for people. */
    private static final Map<String, String> PLACE = place();

    /** What the metrics say. */
    public enum Verdict {
        /** All metrics agree, or both made the same bytes. */
        AGREES,
        /** At least one metric does not. */
        DIFFERS,
        /** There is none, and the models differ. */
        UNKNOWN;

        /** The word in documents. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public RunComparison {
        metrics = List.copyOf(metrics);
        differences = List.copyOf(differences);
    }

    private static Map<String, String> place() {
        Map<String, String> place = new LinkedHashMap<>();
        place.put("backend", "backend");
        place.put("cluster", "cluster");
        place.put("nodes", "nodes");
        place.put("gpus", "GPUs");
        place.put("gpuProduct", "GPU");
        place.put("gpuDriver", "GPU driver");
        place.put("cuda", "CUDA");
        place.put("kernel", "kernel");
        place.put("attempts", "attempts");
        return place;
    }

    /**
     * Compares two trainings.
     *
     * @param tolerances by the metric's name
     * @param installed how what was installed differed; empty when that is not known or the same
     */
    public static RunComparison of(
            OriginalTraining original,
            OriginalTraining repeated,
            Tolerance tolerance,
            Map<String, Tolerance> tolerances,
            List<RunDifference> installed) {
        Set<String> names = new TreeSet<>(original.metrics().keySet());
        names.addAll(repeated.metrics().keySet());
        List<MetricComparison> metrics = names.stream()
                .map(name -> MetricComparison.of(
                        name,
                        original.metrics().get(name),
                        repeated.metrics().get(name),
                        tolerances.getOrDefault(name, tolerance)))
                .toList();
        boolean sameModel = original.model().equals(repeated.model());
        return new RunComparison(
                kind(original, repeated),
                original.record(),
                repeated.record(),
                verdict(metrics, sameModel),
                sameModel,
                metrics,
                differences(original, repeated, installed));
    }

    private static RerunKind kind(OriginalTraining original, OriginalTraining repeated) {
        return repeated.provenance()
                .repeats()
                .filter(repeats -> repeats.record().equals(original.record()))
                .flatMap(repeats -> RerunKind.find(repeats.kind()))
                .orElse(null);
    }

    private static Verdict verdict(List<MetricComparison> metrics, boolean sameModel) {
        if (metrics.stream().anyMatch(metric -> !metric.agrees())) {
            return Verdict.DIFFERS;
        }
        return sameModel || !metrics.isEmpty() ? Verdict.AGREES : Verdict.UNKNOWN;
    }

    private static List<RunDifference> differences(
            OriginalTraining original, OriginalTraining repeated, List<RunDifference> installed) {
        List<RunDifference> differences = new ArrayList<>();
        compare(differences, "commit", original.commit(), repeated.commit());
        compare(differences, "training dataset", contents(original.training()), contents(repeated.training()));
        compare(
                differences,
                "evaluation dataset",
                content(original.evaluationSet()),
                content(repeated.evaluationSet()));
        compare(differences, "parent model", content(original.parent()), content(repeated.parent()));
        compare(differences, "parameters", original.params(), repeated.params());
        compare(differences, "seed", original.seed(), repeated.seed());
        compare(differences, "image", original.image(), repeated.image());
        compare(differences, "installed packages", original.environment(), repeated.environment());
        differences.addAll(installed);
        AskedFor.of(original).forEach((key, value) -> {
            if (!AskedFor.same(value, repeated.asked(key))) {
                compare(differences, key, value, repeated.asked(key));
            }
        });
        PLACE.forEach((key, name) -> compare(differences, name, original.added(key), repeated.added(key)));
        compare(differences, "recorded by", versions(original), versions(repeated));
        return differences;
    }

    private static Object versions(OriginalTraining training) {
        return training.provenance().runDetails().builder().version();
    }

    private static String contents(List<ResourceDescriptor> datasets) {
        return String.join(", ", datasets.stream().map(RunComparison::content).toList());
    }

    private static String content(ResourceDescriptor resource) {
        return resource == null
                ? null
                : resource.digest(ResourceDescriptor.TREE).map(Digest::toString).orElse(resource.uri());
    }

    private static void compare(List<RunDifference> differences, String what, Object original, Object repeated) {
        String before = original == null ? null : original.toString();
        String now = repeated == null ? null : repeated.toString();
        if (!Objects.equals(before, now)) {
            differences.add(new RunDifference(what, before, now));
        }
    }

    /** The comparison as lines for people. */
    public String text() {
        StringBuilder text = new StringBuilder(sentence()).append(System.lineSeparator());
        for (MetricComparison metric : metrics) {
            line(
                    text,
                    metric.name(),
                    number(metric.original()) + " -> " + number(metric.repeated())
                            + (metric.limit() == null
                                    ? "  missing"
                                    : metric.agrees() ? "" : "  more than " + number(metric.limit()) + " apart"));
        }
        if (!differences.isEmpty()) {
            text.append(String.format(Locale.ROOT, "What was not the same:%n"));
            differences.forEach(difference -> line(
                    text,
                    difference.what(),
                    Objects.requireNonNullElse(difference.original(), "unknown") + " -> "
                            + Objects.requireNonNullElse(difference.repeated(), "unknown")));
        } else if (!sameModel) {
            text.append(String.format(
                    Locale.ROOT, "Nothing that is recorded was different: the code itself is not deterministic%n"));
        }
        return text.toString();
    }

    /** What was done and what came out, in one sentence without a full stop. */
    public String sentence() {
        String models = sameModel ? "the model is the same, byte for byte" : "the model is not the same byte for byte";
        return done() + ": "
                + switch (verdict) {
                    case AGREES -> metrics.isEmpty() ? models : "all " + metrics.size() + " metrics agree, " + models;
                    case DIFFERS ->
                        metrics.stream().filter(metric -> !metric.agrees()).count() + " of " + metrics.size()
                                + " metrics do not agree, " + models;
                    case UNKNOWN -> "no metric was measured, and " + models;
                };
    }

    /** Only what was to be the same can have failed to be. */
    private String done() {
        if (kind == RerunKind.REPRODUCE) {
            return switch (verdict) {
                case AGREES -> kind.done();
                case DIFFERS -> "Not reproduced";
                case UNKNOWN -> "Whether it was reproduced is not known";
            };
        }
        return kind == null ? "Compared" : kind.done();
    }

    private static String number(Double value) {
        return value == null ? "none" : String.format(Locale.ROOT, "%.6g", value);
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append(String.format(Locale.ROOT, "  %-18s %s%n", PrintableText.of(label), PrintableText.of(value)));
    }
}
