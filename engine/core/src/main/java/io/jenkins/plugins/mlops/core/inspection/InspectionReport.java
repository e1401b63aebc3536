package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a check of a set found; as JSON it is the report that {@code docs/dataset-checks.md} describes. Immutable.
 *
 * @param against null when the set was compared with no other
 * @param labels how the set says what is on its images
 * @param classes in the order of the wanted names, at most {@value #MAX_CLASSES}; empty when they are not known
 * @param background how many images are known to have nothing on them
 * @param images null when they were not decoded
 * @param findings of each kind that was looked for, also of those of which there is none
 * @param notChecked what was not looked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InspectionReport(
        @JsonProperty(required = true) String schema,
        @JsonProperty(required = true) Verdict verdict,
        @JsonProperty(required = true) SetSummary set,
        SetSummary against,
        @JsonProperty(required = true) LabelFormat labels,
        @JsonProperty(required = true) List<ClassCount> classes,
        @JsonProperty(required = true) long background,
        ImageSummary images,
        @JsonProperty(required = true) List<Finding> findings,
        @JsonProperty(required = true) List<NotChecked> notChecked) {

    public static final String SCHEMA = "mlops-check-report/1";

    static final int MAX_CLASSES = 10_000;

    private static final int MAX_NAME = 200;
    private static final int MAX_TEXT = 400;

    /** Whether the set is what it should be. */
    public enum Verdict {
        @JsonProperty("pass")
        PASS,
        @JsonProperty("fail")
        FAIL
    }

    /**
     * A set that was looked at.
     *
     * @param name as the caller named it
     * @param version its content id, null when it is not known
     * @param samples files that are neither labels nor words about the data
     * @param images among them
     * @param groups how many there are, 0 when they are not known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SetSummary(
            @JsonProperty(required = true) String name,
            Digest version,
            @JsonProperty(required = true) long files,
            @JsonProperty(required = true) long bytes,
            @JsonProperty(required = true) long samples,
            @JsonProperty(required = true) long images,
            @JsonProperty(required = true) long groups) {
        SetSummary shortened() {
            return new SetSummary(cut(name, MAX_TEXT), version, files, bytes, samples, images, groups);
        }
    }

    /** What was not looked for, and why not. */
    public record NotChecked(
            @JsonProperty(required = true) Kind kind,
            @JsonProperty(required = true) String why) {}

    /** A line of a table for people. @param result {@code ok}, {@code broken}, {@code allowed} or {@code not checked} */
    public record Row(String check, String found, String limit, String result) {}

    public InspectionReport {
        classes = List.copyOf(classes);
        findings = List.copyOf(findings);
        notChecked = List.copyOf(notChecked);
    }

    /** Whether no rule is broken. */
    public boolean passed() {
        return verdict == Verdict.PASS;
    }

    /**
     * This with fewer examples and cut texts, of a size that does not depend on the set: a few megabytes at the very most.
     *
     * @param examples of each kind, at most
     */
    public InspectionReport shortened(int examples) {
        return new InspectionReport(
                schema,
                verdict,
                set.shortened(),
                against == null ? null : against.shortened(),
                labels,
                classes.stream()
                        .map(count -> new ClassCount(cut(count.name(), MAX_NAME), count.images(), count.objects()))
                        .toList(),
                background,
                images,
                findings.stream()
                        .map(finding -> new Finding(
                                finding.kind(),
                                finding.count(),
                                finding.limit(),
                                finding.broken(),
                                finding.examples().stream()
                                        .limit(examples)
                                        .map(example -> new Finding.Example(
                                                cut(example.path(), MAX_TEXT), cut(example.problem(), MAX_TEXT)))
                                        .toList()))
                        .toList(),
                notChecked);
    }

    private static String cut(String text, int most) {
        return text.length() > most ? text.substring(0, most) + "..." : text;
    }

    /** A table of what was looked for and what was not. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Finding finding : findings) {
            rows.add(new Row(
                    finding.kind().words(),
                    String.valueOf(finding.count()),
                    finding.limit().toString(),
                    finding.broken() ? "broken" : finding.count() == 0 ? "ok" : "allowed"));
        }
        notChecked.forEach(not -> rows.add(new Row(not.kind().words(), "", "", "not checked: " + not.why())));
        return rows;
    }
}
