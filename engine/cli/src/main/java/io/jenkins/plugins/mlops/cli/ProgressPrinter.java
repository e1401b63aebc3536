package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.util.Locale;

/**
 * Prints progress on standard error: a line that is rewritten on a terminal, else a new line every ten seconds. Shows files,
 * bytes and rate. Thread-safe.
 */
public final class ProgressPrinter implements ProgressListener, AutoCloseable {

    private static final long TERMINAL_MILLIS = 200;
    private static final long LOG_MILLIS = 10_000;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Host host;
    private final boolean quiet;
    private String phase = "";
    private long phaseStart;
    private long printedAt;
    private boolean lineOpen;

    ProgressPrinter(Host host, boolean quiet) {
        this.host = host;
        this.quiet = quiet;
    }

    @Override
    public synchronized void update(Progress progress) {
        if (quiet) {
            return;
        }
        long now = System.nanoTime() / 1_000_000;
        if (!progress.phase().equals(phase)) {
            phase = progress.phase();
            phaseStart = now;
            printedAt = now;
        } else if (now - printedAt >= (host.terminal() ? TERMINAL_MILLIS : LOG_MILLIS)) {
            printedAt = now;
            print(progress, now - phaseStart);
        }
    }

    private void print(Progress progress, long millis) {
        String line = progress.phase() + ": " + count(progress.files(), progress.totalFiles()) + " files, "
                + bytes(progress.bytes())
                + (progress.totalBytes() < 0 ? "" : " of " + bytes(progress.totalBytes()))
                + ", " + bytes(progress.bytes() * 1000 / Math.max(1, millis)) + "/s";
        if (host.terminal()) {
            host.err().print(CLEAR_LINE + line);
            host.err().flush();
            lineOpen = true;
        } else {
            host.err().println(line);
        }
    }

    private static String count(long done, long total) {
        return total < 0 ? String.valueOf(done) : done + " of " + total;
    }

    /** A size for people, in powers of 1024. */
    public static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        do {
            value /= 1024;
            unit++;
        } while (value >= 1023.95 && unit < 4);
        return String.format(Locale.ROOT, "%.1f %siB", value, "KMGTP".charAt(unit));
    }

    @Override
    public synchronized void close() {
        if (lineOpen) {
            host.err().print(CLEAR_LINE);
            host.err().flush();
            lineOpen = false;
        }
    }
}
