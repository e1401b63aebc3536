package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LineSplitterTest {

    @Test
    void aLineEndsAtAnyLineEnd() {
        assertThat(split(3, "a\nb\r\nc\rd\n\ne")).containsExactly("a", "b", "c", "d", "", "e");
    }

    @Test
    void tabAndColoursStay() {
        assertThat(split(3, "\tx\u001b[31my\u0007\n")).containsExactly("\tx\u001b[31my\uFFFD");
    }

    @Test
    void aPairOfSurrogatesIsNotCut() {
        String text = "x".repeat(LineSplitter.MAX_LINE - 1) + "\uD83D\uDE00yz";
        assertThat(split(1000, text)).containsExactly(text.substring(0, LineSplitter.MAX_LINE + 1), "yz");
    }

    @Property(tries = 200)
    void howTheBytesArriveMakesNoDifference(
            @ForAll @Size(max = 60) List<@CharRange(from = ' ', to = '\u20ff') Character> characters,
            @ForAll @IntRange(min = 1, max = 7) int piece) {
        StringBuilder text = new StringBuilder();
        characters.forEach(c -> text.append(c % 11 == 0 ? '\n' : Character.isISOControl(c) ? 'x' : (char) c));
        assertThat(String.join("\n", split(piece, text + "\n"))).isEqualTo(text.toString());
    }

    private static List<String> split(int piece, String text) {
        List<String> lines = new ArrayList<>();
        LineSplitter splitter = new LineSplitter(lines::add);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += piece) {
            byte[] part = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + piece));
            splitter.accept(part, part.length);
        }
        splitter.end();
        return lines;
    }
}
