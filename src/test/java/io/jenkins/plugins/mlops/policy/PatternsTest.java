package io.jenkins.plugins.mlops.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternsTest {

    @ParameterizedTest
    @CsvSource({
        "champion, champion, true",
        "champion, champion2, false",
        "team-*, team-digits, true",
        "team-*, team-, true",
        "team-*, other-team-digits, false",
        "*, anything, true",
        "*a*b*, xxaxxbxx, true",
        "*a*b*, xxbxxaxx, false",
        "a.c, abc, false",
        "A, a, false"
    })
    void aNameIsExactButForStars(String pattern, String text, boolean matches) {
        assertThat(Patterns.glob(pattern, text)).isEqualTo(matches);
    }

    @Test
    void manyStarsTakeNoLongTime() {
        assertThat(Patterns.glob("*a".repeat(50) + "b", "a".repeat(2000))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "s3://data/team, s3://data/team, true",
        "s3://data/team/, s3://data/team, true",
        "s3://data/team, s3://data/team/a/b, true",
        "s3://data/team, s3://data/team2/a, false",
        "s3://data/team, s3://data/te, false",
        "s3://data/team, s3://data, false",
        "s3://data, s3://data/anything, true",
        "s3://data, s3://data2/anything, false",
        "s3://data/team, s3://data/team/../other/a, false",
        "s3://data/team, s3://data/team/./a, false",
        "s3://data/team, s3://data/team/..a, true"
    })
    void aPlaceLiesBelowAPrefixByWholeParts(String prefix, String place, boolean lies) {
        assertThat(Patterns.contains(prefix, S3Uri.parse(place))).isEqualTo(lies);
    }

    @ParameterizedTest
    @CsvSource({
        "registry.example.org, registry.example.org/team/train:1, true",
        "registry.example.org, registry.example.org.evil.org/team/train:1, false",
        "registry.example.org/team, registry.example.org/team/train:1, true",
        "registry.example.org/team/, registry.example.org/team/train, true",
        "registry.example.org/team, registry.example.org/team2/train, false",
        "docker.io/library/python, python:3.12, true",
        "index.docker.io, python:3.12, true",
        "registry.example.org, python:3.12, false"
    })
    void anImageLiesBelowARegistryOrRepositoryByWholeParts(String entry, String image, boolean lies) {
        assertThat(Patterns.image(entry, ImageReference.parse(image).name())).isEqualTo(lies);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/data", "data/team", "s3://data/team/*", "s3://UPPER/x"})
    void whatIsNoPlaceIsRefused(String entry) {
        assertThatThrownBy(() -> Patterns.checkLocation(entry)).isInstanceOf(MlopsException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "library/python", "registry.example.org/Team", "https://registry.example.org"})
    void whatIsNoRegistryIsRefused(String entry) {
        assertThatThrownBy(() -> Patterns.checkImage(entry)).isInstanceOf(MlopsException.class);
    }
}
