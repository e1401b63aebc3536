package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.sample.Bootstrap;
import io.jenkins.plugins.mlops.core.sample.Distribution;
import io.jenkins.plugins.mlops.core.sample.SampleResults;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the per-sample results of candidate and baselines tell about one gate's rules. It takes nothing on trust that it can
 * check: the results must give the very numbers that the metrics state.
 */
final class SampleEvidence {

    /** Metrics are often rounded before they are written. */
    private static final double AGREEMENT = 1e-3;

    private static final String THE_CANDIDATE = "the candidate";

    private final Measurement candidate;
    private final Bootstrap bootstrap;
    private final long seed;
    private final Set<String> metrics;
    private final Map<Measurement, Side> sides = new IdentityHashMap<>();
    private final List<Statistics.Source> sources = new ArrayList<>();

    SampleEvidence(RuleSet rules, Measurement candidate) {
        this.candidate = candidate;
        this.seed = rules.seed();
        this.bootstrap = new Bootstrap(seed);
        this.metrics = rules.rules().stream()
                .filter(rule -> rule.confidence() != null)
                .map(Rule::metric)
                .collect(Collectors.toSet());
    }

    /** One model's results, or why there are none, as a clause. */
    private record Side(SampleResults results, String obstacle) {}

    /**
     * How a number varies, or why that cannot be told.
     *
     * @param distribution null when there is an obstacle
     * @param obstacle a clause, null when there is none
     * @param tooFew whether the obstacle is that there is too little to tell, so that the rule is inconclusive
     */
    record Answer(Distribution distribution, String obstacle, boolean tooFew) {

        private static Answer obstacle(String why) {
            return new Answer(null, why, false);
        }
    }

    /** Of the candidate's number. */
    Answer value(String metric, String slice) {
        Side mine = side(candidate, THE_CANDIDATE);
        return obstacle(mine, candidate, THE_CANDIDATE, metric, slice)
                .map(Answer::obstacle)
                .orElseGet(() -> answer(bootstrap.value(mine.results(), metric, slice)));
    }

    /** Of the candidate's number less the baseline's. */
    Answer change(String metric, String slice, Baseline.Found baseline) {
        Side mine = side(candidate, THE_CANDIDATE);
        Side theirs = side(baseline.measurement(), baseline.name());
        Optional<String> obstacle = obstacle(mine, candidate, THE_CANDIDATE, metric, slice)
                .or(() -> obstacle(theirs, baseline.measurement(), baseline.name(), metric, slice))
                .or(() -> unpaired(mine.results(), theirs.results(), baseline.name(), metric, slice));
        return obstacle.map(Answer::obstacle)
                .orElseGet(() -> answer(bootstrap.change(mine.results(), theirs.results(), metric, slice)));
    }

    /** Number of samples; null when the candidate has no per-sample results. */
    Integer samples(String slice) {
        SampleResults results = side(candidate, THE_CANDIDATE).results();
        return results == null ? null : results.samples(slice);
    }

    /** Whether groups are more than single samples. */
    boolean isGrouped() {
        return side(candidate, THE_CANDIDATE).results().isGrouped();
    }

    /** What the report says about it; empty when no rule has confidence. */
    Optional<Statistics> statistics() {
        if (metrics.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Statistics.of(seed, sources));
    }

    private static Answer answer(Optional<Distribution> distribution) {
        return distribution
                .map(found -> new Answer(found, null, false))
                .orElseGet(() -> new Answer(null, "there are too few groups with values of it", true));
    }

    private Optional<String> obstacle(Side side, Measurement measurement, String name, String metric, String slice) {
        if (side.results() == null) {
            return Optional.of(side.obstacle());
        }
        SampleResults results = side.results();
        String in = slice == null ? "" : " in slice " + PrintableText.of(slice);
        if (!results.has(metric, slice)) {
            return Optional.of("no per-sample result of " + name + in + " has a value of " + PrintableText.of(metric));
        }
        double stated = numbers(measurement.metrics(), slice).get(metric);
        double found = results.metric(metric, slice);
        if (Math.abs(stated - found) > AGREEMENT * Math.max(Math.abs(stated), Math.abs(found)) + Double.MIN_NORMAL) {
            return Optional.of("the per-sample results of " + name + in + " give " + Decimals.text(found) + ", and not "
                    + Decimals.text(stated)
                    + ": confidence is for metrics that are the mean, or a ratio of sums, of what the samples have");
        }
        Long count = slice == null
                ? measurement.metrics().samples()
                : measurement.metrics().sliceSamples().get(slice);
        return count == null || count == results.samples(slice)
                ? Optional.empty()
                : Optional.of("the metrics of " + name + in + " state " + count + " samples, and there are "
                        + results.samples(slice) + " per-sample results");
    }

    private static Map<String, Double> numbers(Metrics metrics, String slice) {
        return slice == null ? metrics.overall() : metrics.slices().get(slice);
    }

    private static Optional<String> unpaired(
            SampleResults mine, SampleResults theirs, String name, String metric, String slice) {
        Optional<String> difference = mine.differenceTo(theirs, name);
        if (difference.isPresent()) {
            return difference;
        }
        if (slice != null && !mine.hasSameMembers(slice, theirs)) {
            return Optional.of("slice " + PrintableText.of(slice) + " has other samples than that of " + name);
        }
        return mine.isMeanOfOthersThan(theirs, metric)
                ? Optional.of("some samples have a value on one side alone")
                : Optional.empty();
    }

    private Side side(Measurement measurement, String name) {
        Side known = sides.get(measurement);
        if (known == null) {
            known = read(measurement, name);
            sides.put(measurement, known);
        }
        return known;
    }

    private Side read(Measurement measurement, String name) {
        if (measurement.samples() == null) {
            return new Side(null, name + " has no per-sample results ('samples_file'), on which confidence rests");
        }
        try {
            SampleFile file = measurement.samples();
            SampleResults results = file.read(measurement.origin(), metrics);
            sources.add(new Statistics.Source(name, file.name(), results.digest()));
            return new Side(results, null);
        } catch (MlopsException e) {
            if (measurement == candidate || e.kind() != MlopsException.Kind.USAGE) {
                throw e;
            }
            return new Side(null, e.getMessage());
        }
    }
}
