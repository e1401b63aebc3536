package io.jenkins.plugins.mlops.core.sample;

import java.util.Arrays;
import java.util.function.DoublePredicate;

/** What a bootstrap tells about a metric, or a change of one: its estimate, and how that varies. Immutable. */
public final class Distribution {

    /** With fewer resamples beyond an end, a quantile of them says little. */
    private static final int MIN_BEYOND = 5;

    /** At 0.5 both quantiles are 0, and how far to widen is not defined. */
    private static final double MOST_TAIL = 0.49;

    private static final double LEAST_TAIL = 1e-12;
    private static final int HALVINGS = 50;

    private final double estimate;
    private final int groups;
    private final int drawn;
    private final double[] resampled;
    private final double standardError;

    /**
     * @param groups how many there are
     * @param drawn from how many groups, or bins of them, was drawn
     * @param resampled statistics of resamples in any order; kept
     */
    Distribution(double estimate, int groups, int drawn, double[] resampled) {
        this.estimate = estimate;
        this.groups = groups;
        this.drawn = drawn;
        this.resampled = resampled;
        Arrays.sort(resampled);
        this.standardError = standardError(resampled);
    }

    public double estimate() {
        return estimate;
    }

    /** How many groups there are. */
    public int groups() {
        return groups;
    }

    /** The number below which the true one lies with this probability. */
    public double low(double tail) {
        double quantile = isResolved(tail) ? quantile(tail) : estimate - Quantiles.normal(tail) * standardError;
        return estimate - widening(tail) * (estimate - quantile);
    }

    /** The number above which the true one lies with this probability. */
    public double high(double tail) {
        double quantile = isResolved(tail) ? quantile(1 - tail) : estimate + Quantiles.normal(tail) * standardError;
        return estimate + widening(tail) * (quantile - estimate);
    }

    /**
     * How likely it is, by the same reckoning, that the true number is the limit or above it although the estimate is below: the
     * least probability for which {@link #high} is below the limit.
     *
     * @return nearly 0 to 0.49, which also stands for all above
     */
    public double chanceOfAtLeast(double limit) {
        return leastTail(tail -> high(tail) < limit);
    }

    /** As {@link #chanceOfAtLeast}, of the limit or below it. */
    public double chanceOfAtMost(double limit) {
        return leastTail(tail -> low(tail) > limit);
    }

    /** By halving on the scale of logarithms; the ends of intervals move outwards as less is left beyond them. */
    private static double leastTail(DoublePredicate excluded) {
        double yes = MOST_TAIL;
        double no = LEAST_TAIL;
        if (!excluded.test(yes)) {
            return yes;
        }
        if (excluded.test(no)) {
            return 0;
        }
        for (int i = 0; i < HALVINGS; i++) {
            double middle = Math.sqrt(yes * no);
            if (excluded.test(middle)) {
                yes = middle;
            } else {
                no = middle;
            }
        }
        return yes;
    }

    private boolean isResolved(double tail) {
        return tail * resampled.length >= MIN_BEYOND;
    }

    /** Linear between neighbours. */
    private double quantile(double p) {
        double at = p * (resampled.length - 1);
        int below = (int) at;
        return below + 1 == resampled.length
                ? resampled[below]
                : resampled[below] + (at - below) * (resampled[below + 1] - resampled[below]);
    }

    /**
     * A bootstrap takes the spread of what it has for that of all, which is too narrow when it has few groups; Hesterberg's
     * remedy is that of Student's interval.
     */
    private double widening(double tail) {
        return StrictMath.sqrt(drawn / (drawn - 1.0)) * Quantiles.student(tail, drawn - 1) / Quantiles.normal(tail);
    }

    private static double standardError(double[] numbers) {
        double mean = Arrays.stream(numbers).sum() / numbers.length;
        double squares = 0;
        for (double number : numbers) {
            squares += (number - mean) * (number - mean);
        }
        return StrictMath.sqrt(squares / (numbers.length - 1));
    }
}
