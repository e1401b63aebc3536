package io.jenkins.plugins.mlops.core.gate;

import java.util.List;

/**
 * What a rule says. A rule with named slices has a result for each of them.
 *
 * @param deciding the check that decides: the worst one
 * @param checks all checks, several when the rule looks at all slices
 */
public record RuleResult(Rule rule, Check deciding, List<Check> checks) {

    public RuleResult {
        checks = List.copyOf(checks);
    }

    static RuleResult of(Rule rule, List<Check> checks) {
        return new RuleResult(rule, checks.stream().min(Check.WORST_FIRST).orElseThrow(), checks);
    }

    public Verdict verdict() {
        return deciding.verdict();
    }

    /** A sentence that a person understands, without a full stop. */
    public String reason() {
        if (checks.size() == 1) {
            return deciding.reason();
        }
        long failed = checks.stream().filter(c -> c.verdict() == Verdict.FAIL).count();
        return failed > 1
                ? failed + " of " + checks.size() + " slices fail; the worst: " + deciding.reason()
                : deciding.reason() + " (the worst of " + checks.size() + " slices)";
    }
}
