package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.sample.Bootstrap;
import io.jenkins.plugins.mlops.core.sample.Distribution;
import io.jenkins.plugins.mlops.core.sample.SampleResults;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the per-sample results of candidate and baselines tell about one gate's rules. It takes nothing on trust that it can
 * check: the results must give the very numbers that the metrics state. Thread-safe.
 */
final class SampleEvidence {

    /** Metrics are often rounded before they are written. */
    private static final double AGREEMENT = 1e-3;

    private static final String THE_CANDIDATE = "the candidate";

    private final Measurement candidate;
    private final Bootstrap bootstrap;
    private final long seed;
    private final Set<String> metrics;
    private final Map<Question, Answer> known = new ConcurrentHashMap<>();
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

    /** Reads what rules with confidence will ask for, several files at a time. @param compared baselines of such rules */
    void read(boolean seeds, Collection<Baseline.Found> compared) {
        if (metrics.isEmpty()) {
            return;
        }
        List<Baseline.Found> wanted = Stream.concat(
                        Stream.of(new Baseline.Found(THE_CANDIDATE, candidate)), compared.stream())
                .flatMap(one -> Stream.concat(
                        Stream.of(one),
                        seeds
                                ? one.measurement().seeds().stream()
                                        .map(seed -> new Baseline.Found(seedName(seed), seed))
                                : Stream.empty()))
                .toList();
        List<Side> read = wanted.parallelStream()
                .map(one -> read(one.measurement(), one.name()))
                .toList();
        read.forEach(this::keep);
    }

    /** One model's results, or why there are none, as a clause. */
    private record Side(Measurement measurement, String name, SampleResults results, String obstacle) {}

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

    /** Of the candidate's number; of the median over all seeds where the rule takes that. */
    Answer value(Rule rule, String slice) {
        return known.computeIfAbsent(new Question(rule.metric(), slice, rule.seeds() != null, null), question -> {
            List<Side> mine = mine(rule);
            return obstacle(mine, rule.metric(), slice)
                    .or(() -> unpaired(mine, rule.metric(), slice))
                    .map(Answer::obstacle)
                    .orElseGet(() -> answer(bootstrap.value(results(mine), rule.metric(), slice)));
        });
    }

    /** Of the candidate's number less the baseline's. */
    Answer change(Rule rule, String slice, Baseline.Found baseline) {
        return known.computeIfAbsent(
                new Question(rule.metric(), slice, rule.seeds() != null, rule.baseline()), question -> {
                    List<Side> theirs = theirs(rule, baseline);
                    List<Side> mine = mine(rule);
                    List<Side> all =
                            Stream.concat(mine.stream(), theirs.stream()).toList();
                    return obstacle(all, rule.metric(), slice)
                            .or(() -> unpaired(all, rule.metric(), slice))
                            .map(Answer::obstacle)
                            .orElseGet(() ->
                                    answer(bootstrap.change(results(mine), results(theirs), rule.metric(), slice)));
                });
    }

    /** What an answer is to. @param baseline null for the candidate's own number */
    private record Question(String metric, String slice, boolean seeds, BaselineReference baseline) {}

    /** Lets go of what no further rule is likely to ask: every answer holds thousands of numbers. */
    void forget() {
        known.clear();
    }

    private List<Side> mine(Rule rule) {
        return rule.seeds() == null ? List.of(side(candidate, THE_CANDIDATE)) : sides(candidate, THE_CANDIDATE);
    }

    private List<Side> theirs(Rule rule, Baseline.Found baseline) {
        Measurement measurement = baseline.measurement();
        return rule.seeds() == null ? List.of(side(measurement, baseline.name())) : sides(measurement, baseline.name());
    }

    private List<Side> sides(Measurement measurement, String name) {
        List<Side> all = new ArrayList<>(List.of(side(measurement, name)));
        measurement.seeds().forEach(seed -> all.add(side(seed, seedName(seed))));
        return all;
    }

    private static String seedName(Measurement seed) {
        return "the seed " + PrintableText.of(seed.origin());
    }

    private static List<SampleResults> results(List<Side> sides) {
        return sides.stream().map(Side::results).toList();
    }

    private static Optional<String> obstacle(List<Side> sides, String metric, String slice) {
        return sides.stream()
                .flatMap(side -> obstacle(side, metric, slice).stream())
                .findFirst();
    }

    /** All against the first, which is the candidate. */
    private static Optional<String> unpaired(List<Side> sides, String metric, String slice) {
        return sides.stream()
                .skip(1)
                .flatMap(side -> unpaired(sides.get(0).results(), side.results(), side.name(), metric, slice).stream())
                .findFirst();
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

    private static Optional<String> obstacle(Side side, String metric, String slice) {
        Measurement measurement = side.measurement();
        String name = side.name();
        if (side.results() == null) {
            return Optional.of(side.obstacle());
        }
        SampleResults results = side.results();
        String in = slice == null ? "" : " in slice " + PrintableText.of(slice);
        if (!results.has(metric, slice)) {
            return Optional.of("no per-sample result of " + name + in + " has a value of " + PrintableText.of(metric));
        }
        Double stated = numbers(measurement.metrics(), slice).get(metric);
        if (stated == null || !Metrics.isFinite(stated)) {
            return Optional.of("the metrics of " + name + in + " have no finite " + PrintableText.of(metric));
        }
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
        return slice == null ? metrics.overall() : metrics.slices().getOrDefault(slice, Metrics.NO_NUMBERS);
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

    private synchronized Side side(Measurement measurement, String name) {
        Side there = sides.get(measurement);
        return there == null ? keep(read(measurement, name)) : there;
    }

    private synchronized Side keep(Side read) {
        sides.put(read.measurement(), read);
        if (read.results() != null) {
            sources.add(new Statistics.Source(
                    read.name(),
                    read.measurement().samples().name(),
                    read.results().digest()));
        }
        return read;
    }

    private Side read(Measurement measurement, String name) {
        if (measurement.samples() == null) {
            return new Side(
                    measurement,
                    name,
                    null,
                    name + " has no per-sample results ('samples_file'), on which confidence rests");
        }
        try {
            return new Side(measurement, name, measurement.samples().read(measurement.origin(), metrics), null);
        } catch (MlopsException e) {
            if (measurement == candidate || e.kind() != MlopsException.Kind.USAGE) {
                throw e;
            }
            return new Side(measurement, name, null, e.getMessage());
        }
    }
}
