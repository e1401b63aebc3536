package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * A bootstrap's interval held against a limit.
 *
 * @param of what the interval is of
 * @param estimate the number from all samples
 * @param low its lower end
 * @param high its upper end
 * @param limit what the interval is held against, tolerance included
 * @param groups from how many groups it was drawn
 * @param family for how many slices the end is corrected that fails the slice
 */
public record IntervalCheck(
        Subject of,
        BigDecimal estimate,
        BigDecimal low,
        BigDecimal high,
        BigDecimal limit,
        int samples,
        int groups,
        int family,
        Verdict verdict) {

    /** What an interval is of. */
    public enum Subject {
        /** The candidate's number. */
        VALUE,
        /** The candidate's number less the baseline's. */
        CHANGE;

        @Override
        @JsonValue
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How far the end that matters for passing is on the good side of the limit; negative when it is not. */
    BigDecimal margin(Direction direction) {
        return direction.gain(direction == Direction.HIGHER ? low : high, limit);
    }

    static IntervalCheck of(
            Subject of,
            BigDecimal estimate,
            BigDecimal low,
            BigDecimal high,
            BigDecimal limit,
            int samples,
            int groups,
            int family,
            Direction direction) {
        BigDecimal worse = direction == Direction.HIGHER ? low : high;
        BigDecimal better = direction == Direction.HIGHER ? high : low;
        Verdict verdict = direction.gain(worse, limit).signum() >= 0
                ? Verdict.PASS
                : direction.gain(better, limit).signum() < 0 ? Verdict.FAIL : Verdict.INCONCLUSIVE;
        return new IntervalCheck(of, estimate, low, high, limit, samples, groups, family, verdict);
    }

    /** Low to high, with as many digits as keep them apart from each other and from the limit. */
    String text() {
        int digits = Decimals.digitsFor(low, high, limit);
        return Decimals.text(low, digits) + " to " + Decimals.text(high, digits);
    }
}
