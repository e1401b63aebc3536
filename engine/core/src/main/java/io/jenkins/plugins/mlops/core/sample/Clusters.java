package io.jenkins.plugins.mlops.core.sample;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a bootstrap draws from: sums over the samples of each group. A statistic is a sum of sums by a sum of weights, for a
 * change without common weights the difference of two such ratios.
 */
final class Clusters {

    /** Sum and weight. */
    private static final int ONE_RATIO = 2;
    /** Sum and weight of the candidate, and of the baseline. */
    private static final int TWO_RATIOS = 4;

    private final int stride;
    private final double[] rows;
    private final int size;

    private Clusters(int stride, double[] rows) {
        this.stride = stride;
        this.rows = rows;
        this.size = rows.length / stride;
    }

    /**
     * The groups that have samples with values.
     *
     * @param baseline null for the candidate's own numbers; else results of the same samples in the same groups
     * @param slice null for all samples
     */
    static Clusters of(SampleResults candidate, SampleResults baseline, String metric, String slice) {
        SampleValues mine = candidate.values(metric);
        SampleValues theirs = baseline == null ? null : baseline.values(metric);
        boolean twoRatios = theirs != null && !(mine.isMean() && theirs.isMean());
        int stride = twoRatios ? TWO_RATIOS : ONE_RATIO;
        int[] place = new int[candidate.size()];
        Arrays.fill(place, -1);
        double[] rows = new double[stride * Math.max(1, candidate.samples(slice))];
        int size = 0;
        for (int i = candidate.next(slice, 0); i >= 0; i = candidate.next(slice, i + 1)) {
            double weight = mine.weight(i);
            if (weight == 0 && (!twoRatios || theirs.weight(i) == 0)) {
                continue;
            }
            int group = candidate.group(i);
            if (place[group] < 0) {
                place[group] = size++;
            }
            int at = stride * place[group];
            rows[at] += theirs == null || twoRatios ? mine.sum(i) : mine.sum(i) - theirs.sum(i);
            rows[at + 1] += weight;
            if (twoRatios) {
                rows[at + 2] += theirs.sum(i);
                rows[at + 3] += theirs.weight(i);
            }
        }
        return new Clusters(stride, Arrays.copyOf(rows, stride * size));
    }

    int size() {
        return size;
    }

    /**
     * As many groups put together by lot, in equal numbers. Sums of independent groups are independent, and vary as much: the
     * spread of what is drawn from them stays the same, and the draws get fewer.
     */
    Clusters inBins(int bins, SplittableRandom random) {
        int[] lot = new int[size];
        for (int i = 0; i < size; i++) {
            int other = random.nextInt(i + 1);
            lot[i] = lot[other];
            lot[other] = i;
        }
        double[] binned = new double[stride * bins];
        for (int i = 0; i < size; i++) {
            for (int column = 0; column < stride; column++) {
                binned[stride * (i % bins) + column] += rows[stride * lot[i] + column];
            }
        }
        return new Clusters(stride, binned);
    }

    /** The statistic of all groups. */
    double statistic() {
        double[] totals = new double[TWO_RATIOS];
        for (int i = 0; i < rows.length; i++) {
            totals[i % stride] += rows[i];
        }
        return statistic(totals[0], totals[1], totals[2], totals[3]);
    }

    /** The statistic of as many groups drawn with replacement; NaN when those have no weight. */
    double resample(SplittableRandom random) {
        return stride == ONE_RATIO ? resampleOneRatio(random) : resampleTwoRatios(random);
    }

    /** Two draws at a time, from the halves of one random number; sums of their own, so that they need not wait for each other. */
    private double resampleOneRatio(SplittableRandom random) {
        double sum = 0;
        double weight = 0;
        double otherSum = 0;
        double otherWeight = 0;
        for (int pairs = size / 2; pairs > 0; pairs--) {
            long bits = random.nextLong();
            int at = ONE_RATIO * draw(bits >>> 32);
            int other = ONE_RATIO * draw(bits & 0xffffffffL);
            sum += rows[at];
            weight += rows[at + 1];
            otherSum += rows[other];
            otherWeight += rows[other + 1];
        }
        if (size % 2 != 0) {
            int at = ONE_RATIO * draw(random.nextLong() >>> 32);
            sum += rows[at];
            weight += rows[at + 1];
        }
        return statistic(sum + otherSum, weight + otherWeight, 0, 0);
    }

    private double resampleTwoRatios(SplittableRandom random) {
        double mySum = 0;
        double myWeight = 0;
        double theirSum = 0;
        double theirWeight = 0;
        for (int left = size; left > 0; left--) {
            int at = TWO_RATIOS * draw(random.nextLong() >>> 32);
            mySum += rows[at];
            myWeight += rows[at + 1];
            theirSum += rows[at + 2];
            theirWeight += rows[at + 3];
        }
        return statistic(mySum, myWeight, theirSum, theirWeight);
    }

    /** A group's number from 32 random bits. */
    private int draw(long bits) {
        return (int) (bits * size >>> 32);
    }

    private double statistic(double mySum, double myWeight, double theirSum, double theirWeight) {
        return stride == ONE_RATIO ? mySum / myWeight : mySum / myWeight - theirSum / theirWeight;
    }
}
