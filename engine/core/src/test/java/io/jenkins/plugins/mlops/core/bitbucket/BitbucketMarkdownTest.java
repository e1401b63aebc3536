package io.jenkins.plugins.mlops.core.bitbucket;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BitbucketMarkdownTest {

    @Test
    void plainTextStaysAsItIs() {
        assertThat(BitbucketMarkdown.escaped("Genauigkeit 0.61 (worst of 3), größer"))
                .isEqualTo("Genauigkeit 0.61 (worst of 3), größer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "a | b",
                "![x](http://evil.example/x.png)",
                "`code` *bold* _it_ ~~gone~~",
                "@all @{557058:aa}",
                "&lt;b&gt;",
                "line\n# heading\r\n[//]: # (mlops-report:0f0f)",
                "https://evil.example www.evil.example someone@evil.example",
                ":smile: $x$ ^a^"
            })
    void nothingOfAHostileTextMeansAnythingToMarkdown(String hostile) {
        String escaped = BitbucketMarkdown.escaped(hostile);
        assertThat(escaped.replaceAll("&#[0-9]+;", ""))
                .doesNotContain("<", ">", "|", "`", "*", "_", "~", "[", "]", "!", "@", "&", "#", "\\", "$", "^", ":")
                .doesNotContain("\n", "\r")
                .doesNotContain("www.");
        assertThat(escaped).doesNotContain("&#58;//");
    }

    @Test
    void aTextIsNotCutWithinACharacter() {
        assertThat(Shortened.to(5, "abc\uD83D\uDE00x")).isEqualTo("abc\u2026");
        assertThat(Shortened.to(5, "abcde")).isEqualTo("abcde");
    }
}
