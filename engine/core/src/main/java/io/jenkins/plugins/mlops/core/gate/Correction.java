package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How a rule that looks at many slices keeps the chance small that some slice fails by bad luck. Both corrections bound the chance
 * that any good slice fails, however the slices depend on each other; with Holm's, more bad slices are found.
 */
public enum Correction {
    /** Step-down: the clearest failure is held against all slices, the next one against those that are left (Holm 1979). */
    HOLM,
    /** Every slice is held against all. */
    BONFERRONI,
    /** Every slice stands for itself: of many good ones, some fail by bad luck. */
    NONE;

    /**
     * By what each slice's share of the probability is divided.
     *
     * @param chances for each slice, how likely a failure as clear as its own is by bad luck, 0 to 1
     * @param tail the probability that is left for any good slice to fail
     * @param slices how many the rule looks at, no fewer than there are chances
     * @return in the order of {@code chances}
     */
    int[] families(double[] chances, double tail, int slices) {
        int[] families = new int[chances.length];
        Arrays.fill(families, this == NONE ? 1 : slices);
        if (this == HOLM) {
            int[] clearestFirst = IntStream.range(0, chances.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> chances[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            int left = slices;
            for (int i : clearestFirst) {
                families[i] = left;
                // where one does not fail, none that is less clear does, so all of those share its family
                left -= chances[i] * left <= tail && left > 1 ? 1 : 0;
            }
        }
        return families;
    }

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
