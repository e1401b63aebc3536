package io.jenkins.plugins.mlops.core.gate;

import java.math.BigDecimal;

/**
 * How sure a rule wants to be: it holds a bootstrap's interval against its limits, and not the bare number.
 *
 * @param level of the interval, between 0.5 and 1, both excluded
 * @param minGroups with fewer groups of samples the rule is inconclusive
 * @param correction how the end of intervals that fails a slice is corrected for the number of slices
 */
public record Confidence(BigDecimal level, int minGroups, Correction correction) {

    static final int DEFAULT_MIN_GROUPS = 10;

    /** With fewer groups, a bootstrap says nothing at all. */
    static final int LEAST_MIN_GROUPS = 5;

    /** The probability that is left at one end of the interval. */
    double tail() {
        return (1 - level.doubleValue()) / 2;
    }

    /** As people say it: 95%. */
    String percent() {
        return level.movePointRight(2).stripTrailingZeros().toPlainString() + "%";
    }
}
