package io.jenkins.plugins.mlops.core.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BootstrapTest {

    private static final double TAIL = 0.025;

    private static Distribution value(SampleResults samples) {
        return new Bootstrap(0).value(List.of(samples), "m", null).orElseThrow();
    }

    @Test
    void theIntervalOfAMeanIsThatOfTheTextbook() {
        Random random = new Random(1);
        double[] values = random.doubles(400).toArray();
        double mean = Arrays.stream(values).average().orElseThrow();
        double error = Math.sqrt(
                Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / 399 / 400);
        Distribution distribution = value(Samples.of(values));
        assertThat(distribution.estimate()).isCloseTo(mean, within(1e-12));
        assertThat(distribution.groups()).isEqualTo(400);
        double student = 1.9659; // Student's 0.975 quantile at 399 degrees of freedom
        assertThat(distribution.low(TAIL)).isCloseTo(mean - student * error, within(0.05 * error));
        assertThat(distribution.high(TAIL)).isCloseTo(mean + student * error, within(0.05 * error));
    }

    @Test
    void millionsOfGroupsAreDrawnInBinsAndVaryAsMuch() {
        int size = 50_000;
        double[] values =
                new Random(2).ints(size, 0, 10).mapToDouble(i -> i == 0 ? 0 : 1).toArray();
        Distribution distribution = value(Samples.of(values));
        double p = distribution.estimate();
        double error = Math.sqrt(p * (1 - p) / size);
        assertThat(distribution.groups()).isEqualTo(size);
        assertThat(distribution.low(TAIL)).isCloseTo(p - 1.96 * error, within(0.12 * error));
        assertThat(distribution.high(TAIL)).isCloseTo(p + 1.96 * error, within(0.12 * error));
    }

    @Test
    void aChangeIsNarrowWhereBothModelsFindTheSameSamplesHard() {
        Random random = new Random(3);
        double[] base = random.doubles(300).toArray();
        double[] better = Arrays.stream(base)
                .map(v -> v + 0.01 + 0.01 * random.nextGaussian())
                .toArray();
        SampleResults candidate = Samples.of(better);
        Distribution change = new Bootstrap(0)
                .change(List.of(candidate), List.of(Samples.of(base)), "m", null)
                .orElseThrow();
        double width = change.high(TAIL) - change.low(TAIL);
        assertThat(width)
                .isLessThan((value(candidate).high(TAIL) - value(candidate).low(TAIL)) / 10);
        assertThat(change.low(TAIL)).isPositive();
    }

    @Test
    void equalSamplesHaveNoWidth() {
        double[] values = new double[50];
        Arrays.fill(values, 1);
        assertThat(value(Samples.of(values)).low(TAIL)).isEqualTo(1);
        assertThat(value(Samples.of(values)).high(1e-7)).isEqualTo(1);
    }

    @Test
    void oneGroupTellsNothing() {
        String lines = Samples.line("a", "g", 1) + Samples.line("b", "g", 0);
        assertThat(new Bootstrap(0).value(List.of(Samples.read(lines)), "m", null))
                .isEmpty();
    }

    @Test
    void aRatioOfSumsIsDrawnAsOne() {
        StringBuilder lines = new StringBuilder();
        StringBuilder others = new StringBuilder();
        Random random = new Random(4);
        for (int i = 0; i < 300; i++) {
            int weight = 1 + random.nextInt(9);
            lines.append("{\"sample\": \"s%d\", \"metrics\": {\"m\": [%d, %d]}}%n".formatted(i, weight - 1, weight));
            others.append(
                    "{\"sample\": \"s%d\", \"metrics\": {\"m\": [%d, %d]}}%n".formatted(i, weight - 1, weight + 1));
        }
        SampleResults mine = Samples.read(lines.toString());
        Distribution change = new Bootstrap(0)
                .change(List.of(mine), List.of(Samples.read(others.toString())), "m", null)
                .orElseThrow();
        assertThat(value(mine).estimate()).isEqualTo(mine.metric("m", null));
        assertThat(change.estimate())
                .isCloseTo(
                        mine.metric("m", null) - Samples.read(others.toString()).metric("m", null), within(1e-12));
        assertThat(change.low(TAIL)).isPositive().isLessThan(change.estimate());
    }

    /** The share of intervals that hold the true mean, where groups have effects of their own. */
    @ParameterizedTest(name = "{0} groups of {1}")
    @CsvSource({"10, 5", "20, 10", "60, 3"})
    void intervalsHoldTheTruthAsOftenAsTheySay(int groups, int perGroup) {
        Random random = new Random(5);
        int held = 0;
        int rounds = 300;
        for (int round = 0; round < rounds; round++) {
            SampleResults samples = Samples.simulated(random, groups, perGroup, 0.7, 0.1, 0.2);
            Distribution distribution =
                    new Bootstrap(round).value(List.of(samples), "m", null).orElseThrow();
            held += distribution.low(TAIL) <= 0.7 && 0.7 <= distribution.high(TAIL) ? 1 : 0;
        }
        // four standard errors of the share are 0.05
        assertThat((double) held / rounds).isBetween(0.90, 0.99);
    }

    @Test
    void withoutGroupsIntervalsOfGroupedSamplesClaimTooMuch() {
        Random random = new Random(6);
        int heldByGroups = 0;
        int heldBySamples = 0;
        int rounds = 100;
        for (int round = 0; round < rounds; round++) {
            StringBuilder grouped = new StringBuilder();
            StringBuilder single = new StringBuilder();
            for (int g = 0; g < 20; g++) {
                double effect = 0.3 * random.nextGaussian();
                for (int i = 0; i < 20; i++) {
                    double value = effect + 0.1 * random.nextGaussian();
                    grouped.append(Samples.line("s" + g + "-" + i, "g" + g, value));
                    single.append(Samples.line("s" + g + "-" + i, null, value));
                }
            }
            Distribution byGroups = value(Samples.read(grouped.toString()));
            Distribution bySamples = value(Samples.read(single.toString()));
            heldByGroups += byGroups.low(TAIL) <= 0 && 0 <= byGroups.high(TAIL) ? 1 : 0;
            heldBySamples += bySamples.low(TAIL) <= 0 && 0 <= bySamples.high(TAIL) ? 1 : 0;
        }
        assertThat(heldByGroups).isGreaterThan(rounds * 90 / 100);
        assertThat(heldBySamples).isLessThan(rounds * 50 / 100);
    }

    @Property(tries = 30)
    void theOrderOfLinesDoesNotMatter(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        IntStream.range(0, 2 + random.nextInt(200))
                .forEach(i -> lines.add(Samples.line("s" + i, "g" + i % 7, random.nextGaussian())));
        Distribution one = value(Samples.read(String.join("", lines)));
        Collections.shuffle(lines, random);
        Distribution other = value(Samples.read(String.join("", lines)));
        assertThat(new double[] {other.estimate(), other.low(TAIL), other.high(TAIL)})
                .containsExactly(one.estimate(), one.low(TAIL), one.high(TAIL));
    }

    @Property(tries = 30)
    void anIntervalMovesWithItsSamples(@ForAll long seed) {
        Random random = new Random(seed);
        double[] values = random.doubles(40).toArray();
        double shift = random.nextInt(100) / 8.0;
        Distribution one = value(Samples.of(values));
        Distribution other =
                value(Samples.of(Arrays.stream(values).map(v -> 2 * v + shift).toArray()));
        assertThat(other.low(TAIL)).isCloseTo(2 * one.low(TAIL) + shift, within(1e-9));
        assertThat(other.high(TAIL)).isCloseTo(2 * one.high(TAIL) + shift, within(1e-9));
        assertThat(one.low(TAIL / 50)).isLessThanOrEqualTo(one.low(TAIL));
        assertThat(one.high(TAIL / 50)).isGreaterThanOrEqualTo(one.high(TAIL));
        assertThat(one.low(1e-9)).isLessThan(one.low(TAIL / 50));
    }

    @Test
    void anotherSeedDrawsOtherSamplesToTheSameEnd() {
        double[] values = new Random(7).doubles(100).toArray();
        Distribution one = value(Samples.of(values));
        Distribution same = value(Samples.of(values));
        Distribution other =
                new Bootstrap(1).value(List.of(Samples.of(values)), "m", null).orElseThrow();
        assertThat(same.low(TAIL)).isEqualTo(one.low(TAIL));
        assertThat(other.low(TAIL)).isNotEqualTo(one.low(TAIL)).isCloseTo(one.low(TAIL), within(0.005));
    }

    @Property(tries = 30)
    void theChanceOfALimitIsWhatIsLeftBeyondTheEndThatReachesIt(@ForAll long seed) {
        Distribution distribution =
                value(Samples.of(new Random(seed).doubles(60).toArray()));
        for (double tail : new double[] {0.2, TAIL, TAIL / 10}) {
            assertThat(distribution.chanceOfAtLeast(distribution.high(tail))).isCloseTo(tail, within(tail / 100));
            assertThat(distribution.chanceOfAtMost(distribution.low(tail))).isCloseTo(tail, within(tail / 100));
        }
        assertThat(distribution.chanceOfAtLeast(distribution.estimate() - 1)).isGreaterThan(0.4);
        assertThat(distribution.chanceOfAtLeast(distribution.estimate() + 100)).isLessThan(1e-9);
    }

    /** Each alone draws as it would without the other, so the median of equal seeds is what one of them is. */
    @Test
    void theMedianOfEqualSeedsIsThatOfOne() {
        SampleResults one = Samples.of(new Random(8).doubles(200).toArray());
        Distribution median =
                new Bootstrap(0).value(List.of(one, one, one), "m", null).orElseThrow();
        assertThat(median.estimate()).isEqualTo(value(one).estimate());
        assertThat(median.low(TAIL)).isCloseTo(value(one).low(TAIL), within(1e-12));
        assertThat(new Bootstrap(0)
                        .change(List.of(one, one), List.of(one, one, one), "m", null)
                        .orElseThrow()
                        .high(TAIL))
                .isEqualTo(0);
    }

    @Test
    void theMedianOfSeedsVariesLessThanOneOfThem() {
        Random random = new Random(9);
        List<SampleResults> seeds = IntStream.range(0, 5)
                .mapToObj(i -> Samples.of(random.doubles(200).toArray()))
                .toList();
        Distribution median = new Bootstrap(0).value(seeds, "m", null).orElseThrow();
        double[] means =
                seeds.stream().mapToDouble(seed -> seed.metric("m", null)).toArray();
        assertThat(median.estimate()).isCloseTo(Medians.of(means), within(1e-12));
        assertThat(median.high(TAIL) - median.low(TAIL))
                .isLessThan(value(seeds.get(0)).high(TAIL) - value(seeds.get(0)).low(TAIL));
    }
}
