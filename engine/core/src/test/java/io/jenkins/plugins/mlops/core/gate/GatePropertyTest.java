package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class GatePropertyTest {

    private static final List<String> SLICES = List.of("day", "night", "rain");

    /** Numbers of one metric: overall and by slice. */
    record Numbers(double overall, Map<String, Double> slices) {
        Measurement measurement() {
            Map<String, Map<String, Double>> bySlice = new TreeMap<>();
            slices.forEach((slice, value) -> bySlice.put(slice, Map.of("m", value)));
            return new Measurement("m.json", null, null, null, Metrics.of(Map.of("m", overall), bySlice));
        }

        /** The same, each number better by {@code gain} in the direction; adding may round, but never to worse. */
        Numbers better(Direction direction, double gain) {
            double step = direction == Direction.HIGHER ? gain : -gain;
            Map<String, Double> better = new TreeMap<>();
            slices.forEach((slice, value) -> better.put(slice, value + step));
            return new Numbers(overall + step, better);
        }
    }

    @Property(tries = 500)
    void improvingTheCandidateNeverTurnsPassIntoFail(
            @ForAll("rules") Rule rule,
            @ForAll("numbers") Numbers candidate,
            @ForAll("numbers") Numbers champion,
            @ForAll("amounts") double gain) {
        Verdict before = verdict(rule, candidate, champion);
        Verdict after = verdict(rule, candidate.better(rule.direction(), gain), champion);
        assertThat(after).isLessThanOrEqualTo(before);
    }

    @Property(tries = 500)
    void tighteningTheThresholdNeverTurnsFailIntoPass(
            @ForAll("rules") Rule rule,
            @ForAll("numbers") Numbers candidate,
            @ForAll("numbers") Numbers champion,
            @ForAll("amounts") double by) {
        BigDecimal step = BigDecimal.valueOf(by);
        BigDecimal tight = rule.threshold() == null
                ? null
                : rule.direction() == Direction.HIGHER
                        ? rule.threshold().add(step)
                        : rule.threshold().subtract(step);
        Rule tighter = new Rule(
                rule.metric(),
                rule.direction(),
                tight,
                rule.baseline(),
                MaxDrop.NONE,
                rule.slices(),
                BigDecimal.ZERO,
                rule.minSamples(),
                rule.optional(),
                rule.passWithoutBaseline(),
                null);
        assertThat(verdict(tighter, candidate, champion)).isGreaterThanOrEqualTo(verdict(rule, candidate, champion));
    }

    @Property(tries = 200)
    void theOrderOfRulesDoesNotMatter(
            @ForAll("ruleLists") List<Rule> rules,
            @ForAll("numbers") Numbers candidate,
            @ForAll("numbers") Numbers champion,
            @ForAll Random random) {
        List<Rule> shuffled = new ArrayList<>(rules);
        Collections.shuffle(shuffled, random);
        GateResult one = Gates.evaluate(new RuleSet(rules), candidate.measurement(), champion.measurement());
        GateResult other = Gates.evaluate(new RuleSet(shuffled), candidate.measurement(), champion.measurement());
        assertThat(other.verdict()).isEqualTo(one.verdict());
        assertThat(other.summary()).isEqualTo(one.summary());
        assertThat(other.rules()).containsExactlyInAnyOrderElementsOf(one.rules());
    }

    @Property(tries = 300)
    void theWorstSliceFailsExactlyWhenAnySliceFails(
            @ForAll("rules") Rule rule, @ForAll("numbers") Numbers candidate, @ForAll("numbers") Numbers champion) {
        Verdict worst = verdict(with(rule, SliceSelection.ALL), candidate, champion);
        Verdict named = verdict(with(rule, SliceSelection.named(SLICES)), candidate, champion);
        assertThat(worst).isEqualTo(named);
    }

    private static Rule with(Rule rule, SliceSelection slices) {
        return new Rule(
                rule.metric(),
                rule.direction(),
                rule.threshold(),
                rule.baseline(),
                rule.maxDrop(),
                slices,
                rule.tolerance(),
                rule.minSamples(),
                rule.optional(),
                rule.passWithoutBaseline(),
                null);
    }

    private static Verdict verdict(Rule rule, Numbers candidate, Numbers champion) {
        return Gates.evaluate(new RuleSet(List.of(rule)), candidate.measurement(), champion.measurement())
                .verdict();
    }

    @Provide
    Arbitrary<List<Rule>> ruleLists() {
        return rules().list().ofMinSize(1).ofMaxSize(6);
    }

    @Provide
    Arbitrary<Rule> rules() {
        Arbitrary<BigDecimal> thresholds = amounts().map(BigDecimal::valueOf).injectNull(0.3);
        Arbitrary<MaxDrop> drops = Combinators.combine(
                        Arbitraries.of("0", "0.01", "1", "25"), Arbitraries.of(true, false))
                .as((amount, percent) -> new MaxDrop(new BigDecimal(amount), percent));
        return Combinators.combine(
                        Arbitraries.of(Direction.values()),
                        thresholds,
                        Arbitraries.of(true, false),
                        drops,
                        Arbitraries.of(SliceSelection.OVERALL, SliceSelection.ALL, SliceSelection.named(SLICES)),
                        Arbitraries.of("0", "0.001", "0.5"))
                .as((direction, threshold, compared, drop, slices, tolerance) -> new Rule(
                        "m",
                        direction,
                        threshold,
                        compared || threshold == null ? BaselineReference.CHAMPION : null,
                        drop,
                        slices,
                        new BigDecimal(tolerance),
                        null,
                        false,
                        false,
                        null));
    }

    @Provide
    Arbitrary<Numbers> numbers() {
        Arbitrary<Double> values = Arbitraries.oneOf(
                Arbitraries.of(0.0, 0.6, 0.61, -1.0, 1.0, 0.1, 0.3),
                Arbitraries.doubles().between(-2, 2),
                Arbitraries.doubles().between(-1e300, 1e300));
        return Combinators.combine(values, values, values, values)
                .as((overall, day, night, rain) ->
                        new Numbers(overall, Map.of("day", day, "night", night, "rain", rain)));
    }

    @Provide
    Arbitrary<Double> amounts() {
        return Arbitraries.oneOf(
                Arbitraries.of(0.0, 0.01, 0.1, 1.0), Arbitraries.doubles().between(0, 1e9));
    }
}
