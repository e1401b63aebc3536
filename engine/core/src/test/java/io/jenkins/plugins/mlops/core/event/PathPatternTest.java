package io.jenkins.plugins.mlops.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathPatternTest {

    @ParameterizedTest
    @CsvSource({
        "train.py, train.py, true",
        "train.py, src/train.py, false",
        "*.py, train.py, true",
        "*.py, src/train.py, false",
        "**/*.py, train.py, true",
        "**/*.py, src/a/train.py, true",
        "**, any/thing, true",
        "src/**, src/a/b, true",
        "src/**, src, true",
        "src/, src/a/b, true",
        "src/, srcs/a, false",
        "src/**/test/*.py, src/test/a.py, true",
        "src/**/test/*.py, src/x/y/test/a.py, true",
        "src/**/test/*.py, src/x/y/a.py, false",
        "m?del.py, model.py, true",
        "m?del.py, mdel.py, false",
        "release/*, release/1, true",
        "release/*, release/1/2, false",
        "Main, main, false",
        "a*b*c, axxbyyc, true",
        "a*b*c, axxbyy, false"
    })
    void matchesAsAntDoes(String pattern, String path, boolean matches) {
        assertThat(new PathPattern(pattern).matches(path)).isEqualTo(matches);
    }

    @Test
    void whatCouldMatchNothingIsRefused() {
        for (String pattern : new String[] {null, "", " ", "/src/**"}) {
            assertThatThrownBy(() -> new PathPattern(pattern)).hasMessageContaining("root of the repository");
        }
    }

    @Test
    @Timeout(10)
    void manyStarsTakeNoTimeWorthTelling() {
        PathPattern names = new PathPattern("**/".repeat(200) + "x");
        PathPattern characters = new PathPattern("*a".repeat(200) + "x");
        assertThat(names.matches("a/".repeat(200) + "b")).isFalse();
        assertThat(characters.matches("a".repeat(2000))).isFalse();
    }
}
