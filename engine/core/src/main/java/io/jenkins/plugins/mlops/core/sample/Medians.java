package io.jenkins.plugins.mlops.core.sample;

import java.util.Arrays;

/** The median of a few numbers. */
public final class Medians {

    private Medians() {}

    /**
     * The number in the middle; of an even count the mean of the two in the middle.
     *
     * @param numbers at least one; they are sorted by this
     * @return NaN when one of them is
     */
    public static double of(double[] numbers) {
        Arrays.sort(numbers);
        // NaN is sorted behind all others
        double last = numbers[numbers.length - 1];
        int middle = numbers.length / 2;
        return Double.isNaN(last)
                ? last
                : numbers.length % 2 == 1 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
    }
}
