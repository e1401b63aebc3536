package io.jenkins.plugins.mlops.core.gate;

import java.math.BigDecimal;

/**
 * One rule of a gate. It has a threshold, a baseline or both; every limit is inclusive.
 *
 * @param metric name of the metric, {@code /} between nested names
 * @param direction which way the metric gets better
 * @param threshold the value to reach, null for none
 * @param baseline what to compare with, null for nothing
 * @param maxDrop how much worse than the baseline the candidate may be; {@link MaxDrop#NONE} unless stated
 * @param slices which numbers the rule looks at
 * @param tolerance by how much a limit may be missed all the same, for the noise of the measurement; 0 or more
 * @param minSamples with fewer samples the rule is inconclusive; null for any number
 * @param optional whether a number that is missing or not finite is let pass
 * @param passWithoutBaseline whether the rule does without its baseline when there is none, as for the first model ever
 * @param confidence how sure the rule wants to be; null when the bare numbers decide
 * @param seeds over how many seeds at least the median is taken, 2 or more; null when the candidate alone is looked at
 */
public record Rule(
        String metric,
        Direction direction,
        BigDecimal threshold,
        BaselineReference baseline,
        MaxDrop maxDrop,
        SliceSelection slices,
        BigDecimal tolerance,
        Long minSamples,
        boolean optional,
        boolean passWithoutBaseline,
        Confidence confidence,
        Integer seeds) {

    /** A rule that looks at the candidate alone. */
    public Rule(
            String metric,
            Direction direction,
            BigDecimal threshold,
            BaselineReference baseline,
            MaxDrop maxDrop,
            SliceSelection slices,
            BigDecimal tolerance,
            Long minSamples,
            boolean optional,
            boolean passWithoutBaseline,
            Confidence confidence) {
        this(
                metric,
                direction,
                threshold,
                baseline,
                maxDrop,
                slices,
                tolerance,
                minSamples,
                optional,
                passWithoutBaseline,
                confidence,
                null);
    }
}
