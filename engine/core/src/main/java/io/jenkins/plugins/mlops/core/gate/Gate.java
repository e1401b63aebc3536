package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

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
        return evaluate(candidate, finder, Wanted.ANYTHING);
    }

    /**
     * As {@link #evaluate(Measurement, BaselineFinder)}; the candidate fails whatever its numbers are when its record is not what is
     * wanted.
     */
    public GateResult evaluate(Measurement candidate, BaselineFinder finder, Wanted wanted) {
        Map<BaselineReference, Baseline> baselines = new TreeMap<>();
        for (Rule rule : rules.rules()) {
            if (rule.baseline() != null) {
                baselines.computeIfAbsent(rule.baseline(), finder::find);
            }
        }
        List<Baseline.Found> found = baselines.values().stream()
                .filter(Baseline.Found.class::isInstance)
                .map(Baseline.Found.class::cast)
                .toList();
        SampleEvidence evidence = new SampleEvidence(rules, candidate);
        evidence.read(rules.rules().stream().anyMatch(rule -> rule.seeds() != null), sampled(candidate, baselines));
        List<RuleResult> results = new ArrayList<>();
        for (Rule rule : rules.rules()) {
            Baseline baseline = rule.baseline() == null ? null : baselines.get(rule.baseline());
            results.addAll(evaluate(rule, candidate, baseline, evidence));
            evidence.forget();
        }
        return new GateResult(
                ruleFile,
                ruleDigest,
                wanted.or(rules.evaluationSet()).refusals(candidate),
                results,
                candidate,
                found,
                evidence.statistics().orElse(null),
                notes(candidate, found));
    }

    /** The baselines whose per-sample results rules with confidence look at. */
    private List<Baseline.Found> sampled(Measurement candidate, Map<BaselineReference, Baseline> baselines) {
        return rules.rules().stream()
                .filter(rule -> rule.confidence() != null && rule.baseline() != null)
                .map(rule -> baselines.get(rule.baseline()))
                .distinct()
                .filter(Baseline.Found.class::isInstance)
                .map(Baseline.Found.class::cast)
                .filter(found ->
                        Comparability.obstacle(candidate, found.name(), found.measurement(), rules.evaluator()) == null)
                .toList();
    }

    private List<RuleResult> evaluate(Rule rule, Measurement candidate, Baseline baseline, SampleEvidence evidence) {
        return switch (rule.slices().kind()) {
            case OVERALL ->
                List.of(RuleResult.of(
                        rule,
                        List.of(check(rule, null, candidate, baseline, evidence).run(1))));
            case NAMED ->
                slices(rule, rule.slices().names(), candidate, baseline, evidence).stream()
                        .map(check -> RuleResult.of(rule, List.of(check)))
                        .toList();
            case ALL -> List.of(RuleResult.of(rule, allSlices(rule, candidate, baseline, evidence)));
        };
    }

    private RuleCheck check(
            Rule rule, String slice, Measurement candidate, Baseline baseline, SampleEvidence evidence) {
        return new RuleCheck(rule, slice, candidate, baseline, evidence, rules.evaluator());
    }

    /** Several at a time: intervals of many slices are the most work that a gate has. */
    private List<Check> slices(
            Rule rule, Collection<String> slices, Measurement candidate, Baseline baseline, SampleEvidence evidence) {
        List<RuleCheck> checks = slices.stream()
                .map(slice -> check(rule, slice, candidate, baseline, evidence))
                .toList();
        if (rule.confidence() == null) {
            return checks.stream().map(check -> check.run(1)).toList();
        }
        List<Map<IntervalCheck.Subject, Double>> chances =
                checks.parallelStream().map(RuleCheck::chances).toList();
        List<Map<IntervalCheck.Subject, Integer>> families = families(rule.confidence(), chances);
        return IntStream.range(0, checks.size())
                .mapToObj(i -> checks.get(i).run(families.get(i)))
                .toList();
    }

    /** For every slice and what is demanded of it, by what the probability is divided that is left for it to fail. */
    private static List<Map<IntervalCheck.Subject, Integer>> families(
            Confidence confidence, List<Map<IntervalCheck.Subject, Double>> chances) {
        List<Map<IntervalCheck.Subject, Integer>> families = new ArrayList<>();
        chances.forEach(slice -> families.add(new EnumMap<>(IntervalCheck.Subject.class)));
        for (IntervalCheck.Subject subject : IntervalCheck.Subject.values()) {
            int[] known = IntStream.range(0, chances.size())
                    .filter(i -> chances.get(i).containsKey(subject))
                    .toArray();
            int[] found = confidence
                    .correction()
                    .families(
                            Arrays.stream(known)
                                    .mapToDouble(i -> chances.get(i).get(subject))
                                    .toArray(),
                            confidence.tail(),
                            chances.size());
            for (int i = 0; i < known.length; i++) {
                families.get(known[i]).put(subject, found[i]);
            }
        }
        return families;
    }

    /** A check for every slice of the candidate and for every one that the baseline has: a slice may not disappear. */
    private List<Check> allSlices(Rule rule, Measurement candidate, Baseline baseline, SampleEvidence evidence) {
        SortedSet<String> slices = new TreeSet<>(candidate.metrics().slices().keySet());
        if (rule.seeds() != null) {
            candidate.seeds().forEach(seed -> slices.addAll(measuredSlices(rule, seed.metrics())));
        }
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
                    List.of(),
                    List.of()));
        }
        return slices(rule, slices, candidate, baseline, evidence);
    }

    private static Collection<String> measuredSlices(Rule rule, Metrics metrics) {
        return metrics.slices().entrySet().stream()
                .filter(slice -> slice.getValue().containsKey(rule.metric()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private List<String> notes(Measurement candidate, List<Baseline.Found> baselines) {
        List<String> notes = new ArrayList<>();
        for (Baseline.Found baseline : baselines) {
            if (Comparability.obstacle(candidate, baseline.name(), baseline.measurement(), rules.evaluator()) == null) {
                candidate
                        .evaluator()
                        .difference(baseline.measurement().evaluator())
                        .ifPresent(difference -> notes.add("The evaluators of the candidate and of " + baseline.name()
                                + " differ: " + difference));
            }
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
