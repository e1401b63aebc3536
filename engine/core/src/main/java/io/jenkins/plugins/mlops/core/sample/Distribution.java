package io.jenkins.plugins.mlops.core.sample;

import java.util.Arrays;

/** What a bootstrap tells about a metric, or a change of one: its estimate, and how that varies. Immutable. */
public final class Distribution {

    /** With fewer resamples beyond an end, a quantile of them says little. */
    private static final int MIN_BEYOND = 5;

    private final double estimate;
    private final int groups;
    private final double[] resampled;
    private final double standardError;

    /** @param resampled statistics of resamples in any order; kept */
    Distribution(double estimate, int groups, double[] resampled) {
        this.estimate = estimate;
        this.groups = groups;
        this.resampled = resampled;
        Arrays.sort(resampled);
        this.standardError = standardError(resampled);
    }

    public double estimate() {
        return estimate;
    }

    /** How many groups were drawn from. */
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
        return StrictMath.sqrt(groups / (groups - 1.0)) * Quantiles.student(tail, groups - 1) / Quantiles.normal(tail);
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
