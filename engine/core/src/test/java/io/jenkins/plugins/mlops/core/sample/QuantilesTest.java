package io.jenkins.plugins.mlops.core.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantilesTest {

    /** By scipy.stats.norm.isf. */
    @ParameterizedTest
    @CsvSource({
        "0.25, 0.6744897501960817",
        "0.1, 1.2815515655446004",
        "0.025, 1.9599639845400545",
        "0.0005, 3.2905267314918945",
        "1e-12, 7.034483825301131",
        "0.975, -1.9599639845400545"
    })
    void normal(double tail, double quantile) {
        assertThat(Quantiles.normal(tail)).isCloseTo(quantile, within(1e-12));
    }

    /** By scipy.stats.t.isf. */
    @ParameterizedTest
    @CsvSource({
        "0.025, 4, 2.7764451051977987",
        "0.025, 9, 2.262157162740992",
        "0.05, 9, 1.8331129326536335",
        "0.0005, 9, 4.780912585931139",
        "0.0001, 29, 4.254",
        "0.025, 1000000, 1.9599663"
    })
    void student(double tail, int degrees, double quantile) {
        assertThat(Quantiles.student(tail, degrees)).isCloseTo(quantile, within(0.005 * quantile));
    }
}
