package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * {@code gate.json}: a gate's result for programs. Names and order of the fields are part of the contract; so are the bytes, since
 * promotion and lineage know a report by the digest of its file.
 *
 * @param baseline what the candidate was compared with, the champion where there are several; absent when there was none
 * @param otherBaselines the further ones; absent when there are none
 * @param refusals why the candidate's record itself was refused; absent when it was not
 * @param statistics how intervals were made; absent when no rule has confidence
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
        List<String> refusals,
        List<String> notes,
        Statistics statistics) {

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
                result.refusals().isEmpty() ? null : result.refusals(),
                result.notes(),
                result.statistics());
    }

    /**
     * A rule and what it says. Non-finite numbers are the texts NaN, Infinity and -Infinity; what is unknown is null.
     *
     * @param slice null for the overall number
     * @param slices what the rule file says about slices: names, {@code *} or null
     * @param limit what the value must reach, tolerance included
     * @param seeds over how many seeds at least the median is taken; absent when the candidate alone is looked at
     * @param seedValues each seed's number, the candidate's first
     * @param confidence what the rule file says; absent without, and so is what follows
     * @param minGroups the least number of groups
     * @param correction how the end of intervals that fails a slice is corrected for the number of slices; absent for one
     * @param family how many slices the rule looks at together
     * @param intervals those of the deciding check; absent when there are none
     * @param checks of a rule over all slices, every slice
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
            String reason,
            @JsonInclude(JsonInclude.Include.NON_NULL) Integer seeds,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Double> seedValues,
            @JsonInclude(JsonInclude.Include.NON_NULL) BigDecimal confidence,
            @JsonInclude(JsonInclude.Include.NON_NULL) Integer minGroups,
            @JsonInclude(JsonInclude.Include.NON_NULL) Correction correction,
            @JsonInclude(JsonInclude.Include.NON_NULL) Integer family,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<IntervalCheck> intervals,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SliceEntry> checks) {

        static RuleEntry of(RuleResult result) {
            Rule rule = result.rule();
            Check check = result.deciding();
            boolean confident = rule.confidence() != null;
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
                    result.reason(),
                    rule.seeds(),
                    check.seedValues(),
                    confident ? rule.confidence().level() : null,
                    confident ? rule.confidence().minGroups() : null,
                    confident && family(result) > 1 ? rule.confidence().correction() : null,
                    confident ? family(result) : null,
                    check.intervals(),
                    confident && result.checks().size() > 1
                            ? result.checks().stream().map(SliceEntry::of).toList()
                            : List.of());
        }

        private static int family(RuleResult result) {
            return result.rule().slices().kind() == SliceSelection.Kind.NAMED
                    ? result.rule().slices().names().size()
                    : result.checks().size();
        }
    }

    /** One slice of a rule with confidence over all slices. */
    public record SliceEntry(
            String slice, Double value, Double baseline, Long samples, List<IntervalCheck> intervals, Verdict verdict) {

        static SliceEntry of(Check check) {
            return new SliceEntry(
                    check.slice(),
                    check.value(),
                    check.baseline(),
                    check.samples(),
                    check.intervals(),
                    check.verdict());
        }
    }

    /**
     * Where numbers come from.
     *
     * @param file the file, or the run, for people
     * @param digest of the file's bytes; absent when there is no file
     * @param model tree digest of the model's files, absent when unknown
     * @param evaluator what measured it, absent when unknown
     * @param seeds the same measured with other seeds; absent without
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Source(
            String file,
            Digest digest,
            Digest model,
            DatasetVersion evaluationSet,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> evaluator,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Source> seeds) {

        static Source of(Measurement measurement) {
            return new Source(
                    measurement.origin(),
                    measurement.digest(),
                    measurement.model(),
                    measurement.evaluationSet(),
                    measurement.evaluator().facts(),
                    measurement.seeds().stream().map(Source::of).toList());
        }
    }

    /** The rule file and the digest of its bytes. */
    public record RuleFile(String file, Digest digest) {}
}
