package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/**
 * How a lease is written down: a line {@code mlops-lease/1 UNTIL HOLDER}, where UNTIL is a time, or {@code -} when the lease lives as
 * long as the lock of its name, then a line for each file, with the first 16 hex digits of its digest. Two files that have these in
 * common are both held, which does no harm.
 *
 * @param until null when the lease ends with a process
 */
record LeaseFile(Instant until, String holder) {

    /** Characters of a line that names a file, with its end. */
    static final int LINE = 17;

    private static final String SCHEMA = "mlops-lease/1";
    private static final String NO_TIME = "-";
    private static final int DIGITS = LINE - 1;

    byte[] head() {
        return (SCHEMA + " " + (until == null ? NO_TIME : until) + " " + holder + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    static byte[] lines(Collection<Digest> files) {
        byte[] lines = new byte[Math.multiplyExact(files.size(), LINE)];
        int at = 0;
        for (Digest file : files) {
            for (int i = 0; i < DIGITS; i++) {
                lines[at++] = (byte) file.hex().charAt(i);
            }
            lines[at++] = '\n';
        }
        return lines;
    }

    /** The file of a line, as {@link #key(Digest)} has it. */
    static long key(byte[] lines, int at) {
        return Long.parseUnsignedLong(new String(lines, at, DIGITS, StandardCharsets.US_ASCII), 16);
    }

    static long key(Digest file) {
        return Long.parseUnsignedLong(file.hex(), 0, DIGITS, 16);
    }

    /** Reads the first line; empty when it is none. */
    static Optional<LeaseFile> parse(String head) {
        String[] words = head.split(" ", 3);
        if (words.length != 3 || !words[0].equals(SCHEMA)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new LeaseFile(words[1].equals(NO_TIME) ? null : Instant.parse(words[1]), words[2]));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
