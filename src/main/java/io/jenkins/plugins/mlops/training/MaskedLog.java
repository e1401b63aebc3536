package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.NonNull;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Masks secrets in what is written, as many lines at a time as are there. A line is held until its end, but a progress bar or a binary
 * file may have none: what is longer than {@value #PIECE} bytes is passed on between two words, so that no secret falls apart, and
 * what has no words either, after {@value #WORD} bytes more. So little memory is enough for whatever is written. Not thread-safe.
 */
final class MaskedLog extends OutputStream {

    static final int PIECE = 256 << 10;
    static final int WORD = 1 << 20;

    private static final String MASK = "****";

    private final OutputStream out;
    private final Supplier<Pattern> secrets;
    private final Charset charset;

    /** Null as long as there is nothing to mask. */
    private Pattern pattern;

    private byte[] held = new byte[1024];
    private int count;

    /** Where the last word of what is held ends; 0 while there is none. */
    private int words;

    /** @param secrets asked, until it is known, for what to mask; null for nothing */
    MaskedLog(@NonNull OutputStream out, @NonNull Supplier<Pattern> secrets, @NonNull Charset charset) {
        this.out = out;
        this.secrets = secrets;
        this.charset = charset;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        for (int at = from; at < from + length; at += PIECE) {
            int end = Math.min(at + PIECE, from + length);
            hold(bytes, at, end);
            passUntil(breakAfter(end - at));
        }
    }

    private void hold(byte[] bytes, int from, int end) {
        int needed = count + end - from;
        if (needed > held.length) {
            held = Arrays.copyOf(held, Math.max(needed, 2 * held.length));
        }
        System.arraycopy(bytes, from, held, count, end - from);
        count = needed;
    }

    /** How many of the held bytes can go. @param fresh so many of them have not been looked at */
    private int breakAfter(int fresh) {
        int lines = 0;
        for (int i = count - fresh; i < count; i++) {
            switch (held[i]) {
                case '\n' -> lines = i + 1;
                case ' ', '\r', '\t' -> words = i + 1;
                default -> {}
            }
        }
        if (lines > 0 || count < PIECE) {
            return lines;
        }
        return words > 0 || count < PIECE + WORD ? words : count;
    }

    private void passUntil(int end) throws IOException {
        if (end == 0) {
            return;
        }
        if (pattern == null) {
            pattern = secrets.get();
        }
        Matcher found = pattern == null ? null : pattern.matcher(new String(held, 0, end, charset));
        if (found != null && found.find()) {
            out.write(found.replaceAll(MASK).getBytes(charset));
        } else {
            out.write(held, 0, end);
        }
        System.arraycopy(held, end, held, 0, count - end);
        count -= end;
        words = Math.max(0, words - end);
    }

    /** Without the line that has no end yet. */
    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        passUntil(count);
        out.close();
    }
}
