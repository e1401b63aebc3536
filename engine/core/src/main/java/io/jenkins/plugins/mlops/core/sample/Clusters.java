package io.jenkins.plugins.mlops.core.sample;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What a bootstrap draws from: sums over the samples of each group. A ratio is a sum of sums by a sum of weights; a statistic is the
 * ratio of one model, the median of several models' ratios, or, for a change, the difference of two such. The change of a mean
 * needs no two ratios, since its weights are common to both sides.
 */
final class Clusters {

    /** Sum and weight. */
    private static final int ONE_RATIO = 2;

    private static final int FIRST_CAPACITY = 1024;

    private static final int DRAWS = 3;
    private static final int DRAW_BITS = Long.SIZE / DRAWS;

    private final int stride;
    /** How many of a row's ratios are the candidate's. */
    private final int mine;

    private final double[] rows;
    private final int size;

    private Clusters(int stride, int mine, double[] rows) {
        this.stride = stride;
        this.mine = mine;
        this.rows = rows;
        this.size = rows.length / stride;
    }

    /**
     * The groups that have samples with values.
     *
     * @param candidates of one seed each, at least one; all results here are of the same samples in the same groups
     * @param baselines likewise; empty for the candidate's own numbers
     * @param slice null for all samples
     */
    static Clusters of(List<SampleResults> candidates, List<SampleResults> baselines, String metric, String slice) {
        SampleValues[] values = Stream.concat(candidates.stream(), baselines.stream())
                .map(results -> results.values(metric))
                .toArray(SampleValues[]::new);
        boolean oneMean = candidates.size() == 1
                && baselines.size() <= 1
                && (baselines.isEmpty() || values[0].isMean() && values[1].isMean());
        return oneMean
                ? ofOneRatio(candidates.get(0), slice, values[0], baselines.isEmpty() ? null : values[1])
                : ofRatios(candidates.get(0), slice, values, candidates.size());
    }

    /** @param theirs what is subtracted from {@code mine}, null for nothing */
    private static Clusters ofOneRatio(SampleResults samples, String slice, SampleValues mine, SampleValues theirs) {
        Places places = new Places(samples);
        double[] rows = new double[ONE_RATIO * Math.max(1, samples.samples(slice))];
        for (int i = samples.next(slice, 0); i >= 0; i = samples.next(slice, i + 1)) {
            double weight = mine.weight(i);
            if (weight != 0) {
                int at = ONE_RATIO * places.of(i);
                rows[at] += theirs == null ? mine.sum(i) : mine.sum(i) - theirs.sum(i);
                rows[at + 1] += weight;
            }
        }
        return new Clusters(ONE_RATIO, 1, Arrays.copyOf(rows, ONE_RATIO * places.size));
    }

    private static Clusters ofRatios(SampleResults samples, String slice, SampleValues[] values, int mine) {
        int stride = ONE_RATIO * values.length;
        Places places = new Places(samples);
        double[] rows = new double[FIRST_CAPACITY * stride];
        for (int i = samples.next(slice, 0); i >= 0; i = samples.next(slice, i + 1)) {
            if (!hasWeight(values, i)) {
                continue;
            }
            int at = stride * places.of(i);
            if (at == rows.length) {
                rows = Arrays.copyOf(rows, Math.multiplyExact(2, rows.length));
            }
            for (SampleValues all : values) {
                rows[at++] += all.sum(i);
                rows[at++] += all.weight(i);
            }
        }
        return new Clusters(stride, mine, Arrays.copyOf(rows, stride * places.size));
    }

    private static boolean hasWeight(SampleValues[] values, int sample) {
        for (SampleValues all : values) {
            if (all.weight(sample) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Numbers groups from 0 in the order in which they are first seen. */
    private static final class Places {
        private final SampleResults samples;
        private final int[] place;
        private int size;

        Places(SampleResults samples) {
            this.samples = samples;
            place = new int[samples.size()];
            Arrays.fill(place, -1);
        }

        int of(int sample) {
            int group = samples.group(sample);
            if (place[group] < 0) {
                place[group] = size++;
            }
            return place[group];
        }
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
        return new Clusters(stride, mine, binned);
    }

    /** The statistic of all groups. */
    double statistic() {
        double[] totals = new double[stride];
        for (int i = 0; i < rows.length; i++) {
            totals[i % stride] += rows[i];
        }
        return statistic(totals);
    }

    /** The statistic of as many groups drawn with replacement; NaN when those have no weight. */
    double resample(SplittableRandom random) {
        return stride == ONE_RATIO ? resampleOneRatio(random) : resampleRatios(random);
    }

    /** Three draws at a time, from the parts of one random number; sums of their own, so that they need not wait for each other. */
    private double resampleOneRatio(SplittableRandom random) {
        double sum = 0;
        double weight = 0;
        double secondSum = 0;
        double secondWeight = 0;
        double thirdSum = 0;
        double thirdWeight = 0;
        for (int triples = size / DRAWS; triples > 0; triples--) {
            long three = random.nextLong();
            int first = ONE_RATIO * draw(three);
            int second = ONE_RATIO * draw(three << DRAW_BITS);
            int third = ONE_RATIO * draw(three << 2 * DRAW_BITS);
            sum += rows[first];
            weight += rows[first + 1];
            secondSum += rows[second];
            secondWeight += rows[second + 1];
            thirdSum += rows[third];
            thirdWeight += rows[third + 1];
        }
        long bits = size % DRAWS == 0 ? 0 : random.nextLong();
        for (int left = size % DRAWS; left > 0; left--) {
            int at = ONE_RATIO * draw(bits);
            sum += rows[at];
            weight += rows[at + 1];
            bits <<= DRAW_BITS;
        }
        return (sum + secondSum + thirdSum) / (weight + secondWeight + thirdWeight);
    }

    private double resampleRatios(SplittableRandom random) {
        double[] totals = new double[stride];
        for (int left = size; left > 0; ) {
            long bits = random.nextLong();
            for (int draws = Math.min(DRAWS, left); draws > 0; draws--, left--) {
                int at = stride * draw(bits);
                for (int column = 0; column < stride; column++) {
                    totals[column] += rows[at + column];
                }
                bits <<= DRAW_BITS;
            }
        }
        return statistic(totals);
    }

    /**
     * A group's number from the highest 21 bits. There are at most {@link Bootstrap#MAX_BINS} groups, so that the most likely one is
     * drawn 0.05% more often than the least likely one.
     */
    private int draw(long bits) {
        return (int) ((bits >>> Long.SIZE - DRAW_BITS) * size >>> DRAW_BITS);
    }

    private double statistic(double[] totals) {
        int ratios = stride / ONE_RATIO;
        double candidate = median(totals, 0, mine);
        return mine == ratios ? candidate : candidate - median(totals, mine, ratios);
    }

    /** The median of some of the ratios; NaN when one of them is. */
    private static double median(double[] totals, int from, int to) {
        if (to - from == 1) {
            return totals[ONE_RATIO * from] / totals[ONE_RATIO * from + 1];
        }
        double[] ratios = new double[to - from];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = totals[ONE_RATIO * (from + i)] / totals[ONE_RATIO * (from + i) + 1];
        }
        return Medians.of(ratios);
    }
}
