package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Many slices, and what is said of each. */
class CorrectionTest {

    private static final double TAIL = 0.025;

    @Test
    void holmGoesDownFromTheClearestFailure() {
        double[] chances = {0.3, 0.004, 0.012, 0.0001};
        assertThat(Correction.HOLM.families(chances, TAIL, 4)).containsExactly(1, 3, 2, 4);
        assertThat(Correction.BONFERRONI.families(chances, TAIL, 4)).containsExactly(4, 4, 4, 4);
        assertThat(Correction.NONE.families(chances, TAIL, 4)).containsExactly(1, 1, 1, 1);
        assertThat(Correction.HOLM.families(new double[] {0.01, 0.01}, TAIL, 4)).containsExactly(4, 4);
        assertThat(Correction.HOLM.families(new double[0], TAIL, 4)).isEmpty();
    }

    /** Found to fail by the published implementation, and by ours. */
    @Test
    void theVerdictsAreThoseOfStatsmodels() throws IOException {
        try (InputStream in = CorrectionTest.class.getResourceAsStream("multipletests.json")) {
            JsonNode published = Documents.json().readTree(in);
            for (JsonNode test : published.path("cases")) {
                for (Correction correction : List.of(Correction.HOLM, Correction.BONFERRONI)) {
                    double[] chances = Documents.json().convertValue(test.path("chances"), double[].class);
                    double tail = test.path("tail").doubleValue();
                    int[] families = correction.families(chances, tail, chances.length);
                    List<Boolean> fails = IntStream.range(0, chances.length)
                            .mapToObj(i -> chances[i] <= tail / families[i])
                            .toList();
                    assertThat(fails)
                            .as(correction + " of " + test)
                            .isEqualTo(List.of(
                                    Documents.json().convertValue(test.path(correction.toString()), Boolean[].class)));
                }
            }
            assertThat(published.path("cases")).hasSizeGreaterThan(20);
        }
    }

    @Property
    void holmFindsAllThatBonferroniFindsAndTheSameWorst(
            @ForAll @Size(min = 1, max = 20) List<@DoubleRange(min = 0, max = 0.1) Double> given) {
        double[] chances = given.stream().mapToDouble(Double::doubleValue).toArray();
        int[] holm = Correction.HOLM.families(chances, TAIL, chances.length);
        boolean anyHolm = false;
        boolean anyBonferroni = false;
        for (int i = 0; i < chances.length; i++) {
            boolean byHolm = chances[i] * holm[i] <= TAIL;
            boolean byBonferroni = chances[i] * chances.length <= TAIL;
            assertThat(byHolm || !byBonferroni).isTrue();
            anyHolm |= byHolm;
            anyBonferroni |= byBonferroni;
        }
        assertThat(anyHolm).isEqualTo(anyBonferroni);
    }

    /** Slices of 100 samples; {@code bad} of them with a mean of 0.68, the others with 0.8. */
    private static Measurement slices(Random random, int slices, int bad) {
        StringBuilder lines = new StringBuilder();
        List<String> metrics = new ArrayList<>();
        int total = 0;
        for (int slice = 0; slice < slices; slice++) {
            int good = 0;
            for (int i = 0; i < 100; i++) {
                int value = random.nextDouble() < (slice < bad ? 0.68 : 0.8) ? 1 : 0;
                good += value;
                lines.append("{\"sample\": \"%d-%d\", \"slice\": \"s%d\", \"metrics\": {\"m\": %d}}%n"
                        .formatted(slice, i, slice, value));
            }
            total += good;
            metrics.add("\"s%d\": {\"m\": %s}".formatted(slice, good / 100.0));
        }
        return Gates.measurement(
                "{\"m\": %s, \"samples_file\": \"s\", \"slices\": {%s}}"
                        .formatted(total / 100.0 / slices, String.join(", ", metrics)),
                lines.toString());
    }

    private static GateResult gate(Measurement candidate, String correction) {
        return Gates.evaluate(
                "rules:\n  - {metric: m, direction: higher, threshold: 0.8, slices: \"*\", confidence: 0.95, correction: "
                        + correction + "}",
                candidate,
                null);
    }

    private static long failed(GateResult result) {
        return result.rules().get(0).checks().stream()
                .filter(check -> check.verdict() == Verdict.FAIL)
                .count();
    }

    @Test
    void withHolmMoreBadSlicesAreFoundThanWithBonferroni() {
        long holm = 0;
        long bonferroni = 0;
        for (int round = 0; round < 5; round++) {
            Measurement candidate = slices(new Random(round), 12, 10);
            assertThat(gate(candidate, "holm").verdict())
                    .isEqualTo(gate(candidate, "bonferroni").verdict());
            holm += failed(gate(candidate, "holm"));
            bonferroni += failed(gate(candidate, "bonferroni"));
        }
        assertThat(holm).isGreaterThan(bonferroni);
    }

    /** At the very limit, where half of all estimates are below it: of 20 slices, 2.5% of gates may fail by bad luck. */
    @Test
    void ofManyGoodSlicesHardlyOneFailsByBadLuck() {
        int rounds = 40;
        int byHolm = 0;
        int uncorrected = 0;
        for (int round = 0; round < rounds; round++) {
            Measurement candidate = slices(new Random(1000 + round), 20, 0);
            byHolm += failed(gate(candidate, "holm")) > 0 ? 1 : 0;
            uncorrected += failed(gate(candidate, "none")) > 0 ? 1 : 0;
        }
        // four standard errors above 2.5%
        assertThat((double) byHolm / rounds).isLessThan(0.125);
        assertThat((double) uncorrected / rounds).isGreaterThan(0.15);
    }

    @Test
    void theReportSaysByHowManySlicesAnEndIsCorrected() {
        GateResult result = gate(slices(new Random(3), 6, 6), "holm");
        long failed = failed(result);
        assertThat(failed).isBetween(1L, 5L);
        assertThat(result.rules().get(0).checks().stream()
                        .map(check -> check.intervals().get(0).family())
                        .sorted()
                        .toList())
                .startsWith(6 - (int) failed)
                .endsWith(6);
        assertThat(GateDocument.of(result).rules().get(0).correction()).isEqualTo(Correction.HOLM);
    }
}
