package io.jenkins.plugins.mlops.core.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GuardedMatchTest {

    private static final Pattern COSTLY = Pattern.compile("(.*a){20}b\\1");
    private static final String TEXT = "a".repeat(60) + ".png";

    @Test
    void findsAsTheMatcherDoes() {
        Matcher found = GuardedMatch.find(Pattern.compile("^([^/]+)/"), "night/1.png");
        assertThat(found.group(1)).isEqualTo("night");
        assertThat(GuardedMatch.find(Pattern.compile("^([^/]+)/"), "1.png")).isNull();
    }

    @Test
    @Timeout(60)
    void endsWhatCostsTooMuch() {
        assertThatThrownBy(() -> GuardedMatch.find(COSTLY, TEXT))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageContaining("costs too much on 'aaaa");
        assertThatThrownBy(() -> GuardedMatch.find(Pattern.compile("(a|b)*c"), "ab".repeat(1_000_000)))
                .hasMessageContaining("costs too much");
    }

    @Test
    void endsWhenItIsInterrupted() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> GuardedMatch.find(COSTLY, TEXT))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.INTERRUPTED));
        assertThat(Thread.interrupted()).isTrue();
    }
}
