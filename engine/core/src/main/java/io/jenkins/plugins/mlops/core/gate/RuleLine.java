package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.util.Optional;

/**
 * A rule's verdict as a table shows it: printable texts, rounded numbers; null where there is nothing to show.
 *
 * @param slice null for the overall number
 * @param limit with its direction: {@code >= 0.6}
 * @param verdict pass, fail or inconclusive
 * @param reason a sentence without a full stop
 */
public record RuleLine(
        String metric, String slice, String value, String limit, String baseline, String verdict, String reason) {

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
                result.reason());
    }

    private static String number(Double value) {
        return Optional.ofNullable(value).map(Decimals::text).orElse(null);
    }
}
