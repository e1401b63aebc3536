package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MaskedLogTest {

    private static final String SECRET = "open-sesame";
    private static final String WORDS = "epoch 1 of 9 with " + SECRET + " \r";

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final MaskedLog lines =
            new MaskedLog(log, () -> Pattern.compile(Pattern.quote(SECRET)), StandardCharsets.UTF_8);

    @Test
    void aLineWithoutEndIsWrittenInMaskedPieces() throws IOException {
        byte[] words = WORDS.getBytes(StandardCharsets.UTF_8);
        int times = 4 * MaskedLog.PIECE / words.length;
        for (int i = 0; i < times; i++) {
            lines.write(words);
        }
        assertThat(log.size()).isGreaterThan(2 * MaskedLog.PIECE);
        lines.close();
        assertThat(log.toString(StandardCharsets.UTF_8))
                .isEqualTo(WORDS.replace(SECRET, "****").repeat(times));
    }

    @Test
    void howItIsWrittenDoesNotMatter() throws IOException {
        byte[] text = ("a\n" + SECRET + "\n" + "b".repeat(MaskedLog.PIECE) + " " + SECRET + "\n" + SECRET)
                .getBytes(StandardCharsets.UTF_8);
        for (byte b : text) {
            lines.write(b);
        }
        lines.close();
        assertThat(log.toString(StandardCharsets.UTF_8))
                .isEqualTo(new String(text, StandardCharsets.UTF_8).replace(SECRET, "****"));
    }

    @Test
    void soIsOneWithoutWords() throws IOException {
        byte[] zeros = new byte[64 << 10];
        int held = 0;
        for (int i = 0; i < 200; i++) {
            lines.write(zeros);
            held = Math.max(held, (i + 1) * zeros.length - log.size());
        }
        assertThat(held).isLessThanOrEqualTo(MaskedLog.PIECE + MaskedLog.WORD + zeros.length);
        lines.close();
        assertThat(log.size()).isEqualTo(200 * zeros.length);
    }

    @Test
    void linesOfTheUsualLengthStayWhole() throws IOException {
        String text = "a\n" + "b".repeat(1000) + SECRET + "\n\nc";
        lines.write(text.getBytes(StandardCharsets.UTF_8));
        assertThat(log.toString(StandardCharsets.UTF_8)).isEqualTo("a\n" + "b".repeat(1000) + "****\n\n");
        lines.close();
        assertThat(log.toString(StandardCharsets.UTF_8)).isEqualTo(text.replace(SECRET, "****"));
    }
}
