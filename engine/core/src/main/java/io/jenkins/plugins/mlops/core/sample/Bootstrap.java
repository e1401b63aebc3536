package io.jenkins.plugins.mlops.core.sample;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Tells how a metric varies with the choice of samples, by drawing whole groups with replacement: samples of one recording are
 * alike, and to draw them one by one would claim more certainty than there is. For a change, candidate and baseline are drawn in
 * pairs, so that what is hard for both cancels out.
 *
 * <p>The same seed and samples give the same numbers, in whatever order the samples came and rules are asked.
 */
public final class Bootstrap {

    /** How often is drawn. */
    public static final int RESAMPLES = 10_000;

    /** More groups are put together by lot into so many bins. */
    public static final int MAX_BINS = 1024;

    private final long seed;

    public Bootstrap(long seed) {
        this.seed = seed;
    }

    /**
     * Of the candidate's metric, the median where there are several seeds.
     *
     * @param candidates one for each seed, of the same samples in the same groups; at least one
     * @param slice null for all samples
     * @return empty when there are fewer than two groups, or too many draws have no value at all
     */
    public Optional<Distribution> value(List<SampleResults> candidates, String metric, String slice) {
        return distribution(candidates, List.of(), metric, slice);
    }

    /**
     * Of the candidate's metric less the baseline's; both have the same samples in the same groups.
     *
     * @param baselines at least one, as {@code candidates}
     * @param slice null for all samples; the first candidate's members count
     * @return as {@link #value}
     */
    public Optional<Distribution> change(
            List<SampleResults> candidates, List<SampleResults> baselines, String metric, String slice) {
        return distribution(candidates, baselines, metric, slice);
    }

    private Optional<Distribution> distribution(
            List<SampleResults> candidates, List<SampleResults> baselines, String metric, String slice) {
        Clusters groups = Clusters.of(candidates, baselines, metric, slice);
        if (groups.size() < 2) {
            return Optional.empty();
        }
        SplittableRandom random = random(metric, slice, baselines.isEmpty() ? "value" : "change");
        Clusters drawn = groups.size() > MAX_BINS ? groups.inBins(MAX_BINS, random) : groups;
        double[] resampled = new double[RESAMPLES];
        int done = 0;
        for (int tries = 0; done < RESAMPLES && tries < 2 * RESAMPLES; tries++) {
            resampled[done] = drawn.resample(random);
            done += Double.isNaN(resampled[done]) || Double.isInfinite(resampled[done]) ? 0 : 1;
        }
        return done < RESAMPLES
                ? Optional.empty()
                : Optional.of(new Distribution(groups.statistic(), groups.size(), drawn.size(), resampled));
    }

    /** Numbers of its own for everything that is asked, so that one question does not change the answer to another. */
    private SplittableRandom random(String metric, String slice, String kind) {
        MessageDigest sha256 = Digest.newSha256();
        for (String part : new String[] {Long.toString(seed), kind, metric, slice == null ? "" : "slice " + slice}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            sha256.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            sha256.update(bytes);
        }
        return new SplittableRandom(ByteBuffer.wrap(sha256.digest()).getLong());
    }
}
