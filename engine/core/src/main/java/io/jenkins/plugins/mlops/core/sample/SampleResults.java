package io.jenkins.plugins.mlops.core.sample;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What one model made of every sample of an evaluation set. Samples stand in an order that depends on their names alone, so that
 * results of two models are paired place by place, and nothing depends on the order of a file. The format is in
 * {@code docs/gates.md}. Immutable.
 */
public final class SampleResults {

    /** No file of them is longer. */
    public static final long MAX_BYTES = 4L << 30;

    private final Digest digest;
    private final long[] idHigh;
    private final long[] idLow;
    private final int[] lineOf;
    /** Null when every sample stands for itself. */
    private final int[] groupOf;

    private final SortedMap<String, BitSet> slices;
    private final SortedMap<String, SampleValues> values;

    SampleResults(
            Digest digest,
            long[] idHigh,
            long[] idLow,
            int[] lineOf,
            int[] groupOf,
            SortedMap<String, BitSet> slices,
            SortedMap<String, SampleValues> values) {
        this.digest = digest;
        this.idHigh = idHigh;
        this.idLow = idLow;
        this.lineOf = lineOf;
        this.groupOf = groupOf;
        this.slices = slices;
        this.values = values;
    }

    /**
     * Reads the file as it streams in; the stream is not closed.
     *
     * @param origin what errors call the file
     * @param metrics those that are kept, named as in {@code metrics.json}
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE, with the line, when it is broken or too large
     */
    public static SampleResults read(InputStream in, String origin, Collection<String> metrics) throws IOException {
        return new SampleReader(origin, metrics).read(in);
    }

    /** Of the file's bytes. */
    public Digest digest() {
        return digest;
    }

    public SortedSet<String> slices() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(slices.keySet()));
    }

    /** Number of samples; {@code slice} null for all. */
    public int samples(String slice) {
        return slice == null
                ? size()
                : slices.containsKey(slice) ? slices.get(slice).cardinality() : 0;
    }

    /** Whether samples name their groups; else each is a group of its own. */
    public boolean isGrouped() {
        return groupOf != null;
    }

    /** Why the results of the other model are not those of the same samples, as a clause; empty when they are. */
    public Optional<String> differenceTo(SampleResults other, String otherName) {
        if (!Arrays.equals(idHigh, other.idHigh) || !Arrays.equals(idLow, other.idLow)) {
            return Optional.of(otherSamples(other, otherName));
        }
        return Arrays.equals(groupOf, other.groupOf)
                ? Optional.empty()
                : Optional.of("its per-sample results are grouped in another way than those of " + otherName);
    }

    /** Whether the slice has the same samples in both. To be asked of results of the same samples. */
    public boolean hasSameMembers(String slice, SampleResults other) {
        return Objects.equals(slices.get(slice), other.slices.get(slice));
    }

    /** Whether any sample, of the slice where one is named, has a value of the metric. */
    public boolean has(String metric, String slice) {
        return totalWeight(metric, slice) > 0;
    }

    /** The metric over all samples, or those of the slice: the sum of sums by the sum of weights; NaN without samples. */
    public double metric(String metric, String slice) {
        SampleValues all = values.get(metric);
        double sum = 0;
        for (int i = next(slice, 0); i >= 0; i = next(slice, i + 1)) {
            sum += all.sum(i);
        }
        return sum / totalWeight(metric, slice);
    }

    /** Whether both measure the metric as a mean, and some sample has a value on one side alone. */
    public boolean isMeanOfOthersThan(SampleResults other, String metric) {
        SampleValues mine = values.get(metric);
        SampleValues theirs = other.values.get(metric);
        if (!mine.isMean() || !theirs.isMean()) {
            return false;
        }
        for (int i = 0; i < size(); i++) {
            if (mine.weight(i) != theirs.weight(i)) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return idHigh.length;
    }

    /** The first sample from {@code sample} on that is in the slice (null for all), -1 when there is none. */
    int next(String slice, int sample) {
        return slice == null ? sample < size() ? sample : -1 : slices.get(slice).nextSetBit(sample);
    }

    /** Number of the sample's group; without groups its own. */
    int group(int sample) {
        return groupOf == null ? sample : groupOf[sample];
    }

    SampleValues values(String metric) {
        return values.get(metric);
    }

    private double totalWeight(String metric, String slice) {
        SampleValues all = values.get(metric);
        double weight = 0;
        if (slice == null || slices.containsKey(slice)) {
            for (int i = next(slice, 0); i >= 0; i = next(slice, i + 1)) {
                weight += all.weight(i);
            }
        }
        return weight;
    }

    private String otherSamples(SampleResults other, String otherName) {
        Missing mine = missingIn(other);
        Missing theirs = other.missingIn(this);
        return "its per-sample results are not those of the same samples: " + mine + " of the candidate's " + size()
                + " are not among " + otherName + "'s, and " + theirs + " of " + otherName + "'s " + other.size()
                + " are not among the candidate's";
    }

    /** How many samples are missing, and the first line with one. */
    private record Missing(int count, int line) {
        @Override
        public String toString() {
            return count == 0 ? "none" : count + " (line " + line + (count == 1 ? ")" : " and others)");
        }
    }

    private Missing missingIn(SampleResults other) {
        int count = 0;
        int line = Integer.MAX_VALUE;
        int theirs = 0;
        for (int mine = 0; mine < size(); mine++) {
            while (theirs < other.size() && other.compareIds(theirs, this, mine) < 0) {
                theirs++;
            }
            if (theirs == other.size() || other.compareIds(theirs, this, mine) != 0) {
                count++;
                line = Math.min(line, lineOf[mine]);
            }
        }
        return new Missing(count, line);
    }

    private int compareIds(int mine, SampleResults other, int theirs) {
        int byHigh = Long.compare(idHigh[mine], other.idHigh[theirs]);
        return byHigh != 0 ? byHigh : Long.compare(idLow[mine], other.idLow[theirs]);
    }
}
