package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.math.BigDecimal;
import java.util.List;

/**
 * {@code gate.json}: a gate's result for programs. Names and order of the fields are part of the contract; so are the bytes, since
 * promotion and lineage know a report by the digest of its file.
 *
 * @param baseline what the candidate was compared with, the champion where there are several; absent when there was none
 * @param otherBaselines the further ones; absent when there are none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GateDocument(
        String schema,
        Verdict verdict,
        String summary,
        List<RuleEntry> rules,
        Source candidate,
        Source baseline,
        List<Source> otherBaselines,
        RuleFile ruleFile,
        List<String> notes) {

    /** Name and version of the format. */
    public static final String SCHEMA = "mlops-gate/1";

    /** The document of a result. */
    public static GateDocument of(GateResult result) {
        List<Source> baselines =
                result.baselines().stream().map(b -> Source.of(b.measurement())).toList();
        return new GateDocument(
                SCHEMA,
                result.verdict(),
                result.summary(),
                result.rules().stream().map(RuleEntry::of).toList(),
                Source.of(result.candidate()),
                baselines.isEmpty() ? null : baselines.get(0),
                baselines.size() < 2 ? null : baselines.subList(1, baselines.size()),
                new RuleFile(result.ruleFile(), result.ruleDigest()),
                result.notes());
    }

    /**
     * A rule and what it says. Non-finite numbers are the texts NaN, Infinity and -Infinity; what is unknown is null.
     *
     * @param slice null for the overall number
     * @param slices what the rule file says about slices: names, {@code *} or null
     * @param limit what the value must reach, tolerance included
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record RuleEntry(
            String metric,
            String slice,
            SliceSelection slices,
            Direction direction,
            Double value,
            BigDecimal threshold,
            Double baseline,
            BaselineReference baselineFrom,
            MaxDrop maxDrop,
            BigDecimal tolerance,
            BigDecimal limit,
            Long samples,
            Long minSamples,
            boolean optional,
            Verdict verdict,
            String reason) {

        static RuleEntry of(RuleResult result) {
            Rule rule = result.rule();
            Check check = result.deciding();
            return new RuleEntry(
                    rule.metric(),
                    check.slice(),
                    rule.slices(),
                    rule.direction(),
                    check.value(),
                    rule.threshold(),
                    check.baseline(),
                    rule.baseline(),
                    rule.baseline() == null ? null : rule.maxDrop(),
                    rule.tolerance(),
                    check.limit(),
                    check.samples(),
                    rule.minSamples(),
                    rule.optional(),
                    check.verdict(),
                    result.reason());
        }
    }

    /**
     * Where numbers come from.
     *
     * @param file the file, or the run, for people
     * @param digest of the file's bytes; absent when there is no file
     * @param model tree digest of the model's files, absent when unknown
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Source(String file, Digest digest, Digest model, DatasetVersion evaluationSet) {

        static Source of(Measurement measurement) {
            return new Source(
                    measurement.origin(), measurement.digest(), measurement.model(), measurement.evaluationSet());
        }
    }

    /** The rule file and the digest of its bytes. */
    public record RuleFile(String file, Digest digest) {}
}
