package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.sample.Bootstrap;
import java.util.List;

/**
 * How a gate came to its intervals: enough to get them again.
 *
 * @param method for people
 * @param resamples how often was drawn
 * @param seed of the random numbers
 * @param samples the per-sample results, the candidate's first
 */
public record Statistics(String method, int resamples, long seed, List<Source> samples) {

    private static final String METHOD = "percentile bootstrap of groups, candidate and baseline in pairs,"
            + " widened for few groups as Student's interval";

    public Statistics {
        samples = List.copyOf(samples);
    }

    static Statistics of(long seed, List<Source> samples) {
        return new Statistics(METHOD, Bootstrap.RESAMPLES, seed, samples);
    }

    /** A sentence without a full stop. */
    String text() {
        return "Intervals: " + method + "; " + resamples + " resamples, seed " + seed;
    }

    /**
     * Per-sample results that were read.
     *
     * @param of whose they are
     * @param file their name
     * @param digest of the file's bytes
     */
    public record Source(String of, String file, Digest digest) {}
}
