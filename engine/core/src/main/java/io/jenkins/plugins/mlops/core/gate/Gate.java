package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A set of rules that decides about candidates. Immutable.
 */
public final class Gate {

    private final RuleSet rules;
    private final String ruleFile;
    private final Digest ruleDigest;

    /**
     * The gate of a rule file: JSON when its name ends in {@code .json}, else YAML.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE, with line and column, when it is broken
     */
    public static Gate of(InputFile rules) {
        return new Gate(RuleSet.of(rules), rules.name(), rules.digest());
    }

    /**
     * A gate of these rules.
     *
     * @param ruleFile what reports call the rule file
     * @param ruleDigest of the rule file's bytes
     */
    public Gate(RuleSet rules, String ruleFile, Digest ruleDigest) {
        this.rules = rules;
        this.ruleFile = ruleFile;
        this.ruleDigest = ruleDigest;
    }

    /**
     * Holds the candidate against every rule.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException as the finder throws it
     */
    public GateResult evaluate(Measurement candidate, BaselineFinder finder) {
        Map<BaselineReference, Baseline> baselines = new TreeMap<>();
        for (Rule rule : rules.rules()) {
            if (rule.baseline() != null) {
                baselines.computeIfAbsent(rule.baseline(), finder::find);
            }
        }
        SampleEvidence evidence = new SampleEvidence(rules, candidate);
        List<RuleResult> results = new ArrayList<>();
        for (Rule rule : rules.rules()) {
            Baseline baseline = rule.baseline() == null ? null : baselines.get(rule.baseline());
            results.addAll(evaluate(rule, candidate, baseline, evidence));
        }
        List<Baseline.Found> found = baselines.values().stream()
                .filter(Baseline.Found.class::isInstance)
                .map(Baseline.Found.class::cast)
                .toList();
        return new GateResult(
                ruleFile,
                ruleDigest,
                results,
                candidate,
                found,
                evidence.statistics().orElse(null),
                notes(candidate, found));
    }

    private static List<RuleResult> evaluate(
            Rule rule, Measurement candidate, Baseline baseline, SampleEvidence evidence) {
        return switch (rule.slices().kind()) {
            case OVERALL ->
                List.of(RuleResult.of(
                        rule, List.of(new RuleCheck(rule, null, candidate, baseline, evidence, 1).run())));
            case NAMED ->
                slices(rule, rule.slices().names(), candidate, baseline, evidence)
                        .map(check -> RuleResult.of(rule, List.of(check)))
                        .toList();
            case ALL -> List.of(RuleResult.of(rule, allSlices(rule, candidate, baseline, evidence)));
        };
    }

    private static Stream<Check> slices(
            Rule rule, Collection<String> slices, Measurement candidate, Baseline baseline, SampleEvidence evidence) {
        return slices.stream()
                .map(slice -> new RuleCheck(rule, slice, candidate, baseline, evidence, slices.size()).run());
    }

    /** A check for every slice of the candidate and for every one that the baseline has: a slice may not disappear. */
    private static List<Check> allSlices(Rule rule, Measurement candidate, Baseline baseline, SampleEvidence evidence) {
        SortedSet<String> slices = new TreeSet<>(candidate.metrics().slices().keySet());
        if (baseline instanceof Baseline.Found found) {
            slices.addAll(measuredSlices(rule, found.measurement().metrics()));
        }
        if (slices.isEmpty()) {
            return List.of(new Check(
                    SliceSelection.ALL_SLICES,
                    null,
                    null,
                    null,
                    null,
                    null,
                    rule.optional() ? Verdict.PASS : Verdict.FAIL,
                    "The candidate has no slices, and the rule looks at all of them"
                            + (rule.optional() ? " (let pass, since it is optional)" : ""),
                    List.of()));
        }
        return slices(rule, slices, candidate, baseline, evidence).toList();
    }

    private static Collection<String> measuredSlices(Rule rule, Metrics metrics) {
        return metrics.slices().entrySet().stream()
                .filter(slice -> slice.getValue().containsKey(rule.metric()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<String> notes(Measurement candidate, List<Baseline.Found> baselines) {
        List<String> notes = new ArrayList<>();
        for (Baseline.Found baseline : baselines) {
            if (Comparability.isOnTrust(candidate, baseline)) {
                notes.add("Neither the candidate's file nor that of " + baseline.name()
                        + " names its evaluation set: that it is the same one is taken on trust");
            }
            Long mine = candidate.metrics().samples();
            Long other = baseline.measurement().metrics().samples();
            if (mine != null && other != null && !Objects.equals(mine, other)) {
                notes.add("The candidate rests on " + mine + " samples, " + baseline.name() + " on " + other);
            }
        }
        return notes;
    }
}
