package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * A rule's verdict as a table shows it: printable texts, rounded numbers; null where there is nothing to show.
 *
 * @param slice null for the overall number
 * @param limit with its direction: {@code >= 0.6}
 * @param verdict pass, fail or inconclusive
 * @param reason a sentence without a full stop
 * @param delta value less baseline, with its sign
 * @param interval what confidence rests on: {@code change -0.012 to 0.004}
 * @param confidence of the interval: {@code 95%}
 * @param samples how many samples the value rests on
 * @param direction higher or lower
 */
public record RuleLine(
        String metric,
        String slice,
        String value,
        String limit,
        String baseline,
        String verdict,
        String reason,
        String delta,
        String interval,
        String confidence,
        Long samples,
        String direction) {

    static RuleLine of(RuleResult result) {
        Check check = result.deciding();
        String slice = check.slice() == null ? null : PrintableText.of(check.slice());
        return new RuleLine(
                PrintableText.of(result.rule().metric()),
                result.checks().size() > 1
                        ? slice + " (worst of " + result.checks().size() + ")"
                        : slice,
                number(check.value()),
                check.limit() == null
                        ? null
                        : (result.rule().direction() == Direction.HIGHER ? ">= " : "<= ")
                                + Decimals.text(check.limit()),
                number(check.baseline()),
                check.verdict().toString(),
                result.reason(),
                delta(check),
                check.intervals().isEmpty() ? null : check.intervalText(),
                check.intervals().isEmpty() ? null : result.rule().confidence().percent(),
                check.samples(),
                result.rule().direction().toString());
    }

    private static String delta(Check check) {
        if (check.value() == null
                || check.baseline() == null
                || !Metrics.isFinite(check.value())
                || !Metrics.isFinite(check.baseline())) {
            return null;
        }
        BigDecimal delta = Decimals.of(check.value()).subtract(Decimals.of(check.baseline()));
        return (delta.signum() > 0 ? "+" : "") + Decimals.text(delta);
    }

    private static String number(Double value) {
        return Optional.ofNullable(value).map(Decimals::text).orElse(null);
    }
}
