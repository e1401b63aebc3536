package io.jenkins.plugins.mlops.core.training;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts a stream of bytes into lines of text. A line ends at LF, CR LF or CR (progress bars rewrite theirs by CR), and a
 * longer one than {@value #MAX_LINE} characters goes on as the next line, so memory stays bounded whatever is written. Bytes
 * that are no UTF-8 and control characters other than tab and escape become U+FFFD. Not thread-safe.
 */
final class LineSplitter {

    static final int MAX_LINE = 16_384;

    private static final char REPLACEMENT = '\uFFFD';
    private static final char ESCAPE = '\u001b';

    private final Consumer<String> lines;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final CharBuffer decoded = CharBuffer.allocate(8192);
    private final StringBuilder line = new StringBuilder();
    private ByteBuffer undecoded = ByteBuffer.allocate(0);
    private boolean afterCarriageReturn;

    LineSplitter(Consumer<String> lines) {
        this.lines = lines;
    }

    void accept(byte[] bytes, int length) {
        ByteBuffer in = ByteBuffer.allocate(undecoded.remaining() + length);
        in.put(undecoded).put(bytes, 0, length).flip();
        decode(in, false);
        undecoded = in;
    }

    /** Ends the last line, if one is open. */
    void end() {
        decode(undecoded, true);
        decoder.flush(decoded);
        take();
        decoder.reset();
        if (!line.isEmpty()) {
            emit();
        }
        afterCarriageReturn = false;
    }

    private void decode(ByteBuffer in, boolean endOfInput) {
        while (decoder.decode(in, decoded, endOfInput).isOverflow()) {
            take();
        }
        take();
    }

    private void take() {
        decoded.flip();
        while (decoded.hasRemaining()) {
            take(decoded.get());
        }
        decoded.clear();
    }

    private void take(char c) {
        boolean secondOfLineEnd = c == '\n' && afterCarriageReturn;
        afterCarriageReturn = c == '\r';
        if (secondOfLineEnd) {
            return;
        }
        if (c == '\n' || c == '\r') {
            emit();
            return;
        }
        boolean fits = line.length() < MAX_LINE || line.length() == MAX_LINE && Character.isLowSurrogate(c);
        if (!fits) {
            emit();
        }
        line.append(c == '\t' || c == ESCAPE || !Character.isISOControl(c) ? c : REPLACEMENT);
    }

    private void emit() {
        String text = line.toString();
        line.setLength(0);
        lines.accept(text);
    }
}
