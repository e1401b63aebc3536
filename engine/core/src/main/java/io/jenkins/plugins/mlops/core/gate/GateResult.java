package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a gate says about a candidate. Equal inputs give an equal result: nothing of time or place is in it.
 *
 * @param ruleFile name of the rule file, as the user gave it
 * @param ruleDigest of the rule file's bytes
 * @param refusals why the candidate's record itself is refused, whatever its numbers are; sentences without full stops
 * @param rules in the order of the rule file
 * @param baselines those that were found, the champion first
 * @param statistics how intervals were made, null when no rule has confidence
 * @param notes sentences about the comparison as a whole, without full stops
 */
public record GateResult(
        String ruleFile,
        Digest ruleDigest,
        List<String> refusals,
        List<RuleResult> rules,
        Measurement candidate,
        List<Baseline.Found> baselines,
        Statistics statistics,
        List<String> notes) {

    public GateResult {
        refusals = List.copyOf(refusals);
        rules = List.copyOf(rules);
        baselines = List.copyOf(baselines);
        notes = List.copyOf(notes);
    }

    /** Everything about the comparison as a whole that a reader should know, as sentences without full stops. */
    List<String> remarks() {
        return statistics == null
                ? notes
                : Stream.concat(notes.stream(), Stream.of(statistics.text())).toList();
    }

    /** The worst verdict of all rules; a fail when the record is refused. */
    public Verdict verdict() {
        return !refusals.isEmpty()
                ? Verdict.FAIL
                : rules.stream().map(RuleResult::verdict).reduce(Verdict.PASS, Verdict::and);
    }

    /** One sentence, without a full stop. */
    public String summary() {
        return refusals.isEmpty() ? rulesSummary() : "The candidate's record is refused: " + refusals.get(0);
    }

    /** As {@link #summary}, for where the refusals themselves stand beside it. */
    String shortSummary() {
        return refusals.isEmpty() ? rulesSummary() : "The candidate's record is refused";
    }

    private String rulesSummary() {
        SortedMap<Verdict, Long> counts =
                rules.stream().collect(Collectors.groupingBy(RuleResult::verdict, TreeMap::new, Collectors.counting()));
        long failed = counts.getOrDefault(Verdict.FAIL, 0L);
        long inconclusive = counts.getOrDefault(Verdict.INCONCLUSIVE, 0L);
        if (failed == 0 && inconclusive == 0) {
            return rules.size() == 1 ? "The rule holds" : "All " + rules.size() + " rules hold";
        }
        String words = failed == 0 ? "" : failed + " of " + rules.size() + " rules failed";
        if (inconclusive > 0) {
            words += (words.isEmpty() ? "" : ", ")
                    + inconclusive
                    + (failed == 0 ? " of " + rules.size() + " rules inconclusive" : " inconclusive");
        }
        return words;
    }

    /** The results with this verdict, in the order of the rule file. */
    List<RuleResult> with(Verdict verdict) {
        return rules.stream().filter(r -> r.verdict() == verdict).toList();
    }

    /** The metrics that rules look at, each once, in the order of the rule file. */
    List<String> metrics() {
        return rules.stream().map(r -> r.rule().metric()).distinct().toList();
    }

    /** The first direction that a rule gives each metric. */
    Map<String, Direction> directions() {
        return rules.stream()
                .map(RuleResult::rule)
                .collect(Collectors.toMap(Rule::metric, Rule::direction, (first, second) -> first));
    }

    /** The checks of one metric's slices by slice; the worst where several rules look at one. */
    SortedMap<String, Check> sliceChecks(String metric) {
        return rules.stream()
                .filter(r -> r.rule().metric().equals(metric))
                .flatMap(r -> r.checks().stream())
                .filter(c -> c.slice() != null)
                .collect(Collectors.toMap(
                        Check::slice,
                        Function.identity(),
                        (a, b) -> Check.WORST_FIRST.compare(a, b) <= 0 ? a : b,
                        TreeMap::new));
    }
}
