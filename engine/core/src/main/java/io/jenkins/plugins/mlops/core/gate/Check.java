package io.jenkins.plugins.mlops.core.gate;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One number held against one rule.
 *
 * @param slice null for the overall number; {@code *} when there is no slice at all
 * @param value the candidate's number, null when it has none; may be non-finite
 * @param baseline the baseline's number, null when there is none or the rule has no baseline
 * @param limit what the value must reach, tolerance included; the tightest when there are two; null when unknown
 * @param samples how many samples the value rests on, null when not stated
 * @param margin how much better than the limit the value is, negative when it is worse; null when it cannot be told
 * @param reason a sentence without a full stop
 * @param intervals what confidence rests on, empty in rules without
 * @param seedValues each seed's number where the value is their median, else empty
 */
public record Check(
        String slice,
        Double value,
        Double baseline,
        BigDecimal limit,
        Long samples,
        BigDecimal margin,
        Verdict verdict,
        String reason,
        List<IntervalCheck> intervals,
        List<Double> seedValues) {

    public Check {
        intervals = List.copyOf(intervals);
        seedValues = List.copyOf(seedValues);
    }

    /**
     * From bad to good. Of equal verdicts, the smaller margin is worse; an unknown margin is the worst of the failures and the best
     * of the passes.
     */
    static final Comparator<Check> WORST_FIRST = Comparator.comparing(Check::verdict, Comparator.reverseOrder())
            .thenComparing(Check::compareMargins)
            .thenComparing(Check::slice, Comparator.nullsFirst(Comparator.naturalOrder()));

    /** Its intervals for a cell of a table; an en dash without. */
    String intervalText() {
        return intervals.isEmpty()
                ? "\u2013"
                : intervals.stream()
                        .map(interval -> interval.of() + " " + interval.text())
                        .collect(Collectors.joining("; "));
    }

    private static int compareMargins(Check a, Check b) {
        Comparator<BigDecimal> natural = Comparator.naturalOrder();
        return (a.verdict == Verdict.PASS ? Comparator.nullsLast(natural) : Comparator.nullsFirst(natural))
                .compare(a.margin, b.margin);
    }
}
