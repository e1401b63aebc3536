package io.jenkins.plugins.mlops.core.progress;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Tells progress in lines: phase, files, bytes and rate. There is at most one in every period, and none for a phase that ends
 * within one. Thread-safe; the lines come one at a time.
 */
public final class ProgressLines implements ProgressListener {

    private final long periodMillis;
    private final Consumer<String> lines;
    private String phase = "";
    private long phaseStart;
    private long saidAt;

    public ProgressLines(Duration period, Consumer<String> lines) {
        this.periodMillis = period.toMillis();
        this.lines = lines;
    }

    @Override
    public synchronized void update(Progress progress) {
        long now = System.nanoTime() / 1_000_000;
        if (!progress.phase().equals(phase)) {
            phase = progress.phase();
            phaseStart = now;
            saidAt = now;
        } else if (now - saidAt >= periodMillis) {
            saidAt = now;
            lines.accept(line(progress, now - phaseStart));
        }
    }

    private static String line(Progress progress, long millis) {
        return progress.phase() + ": " + count(progress.files(), progress.totalFiles()) + " files, "
                + Amounts.bytes(progress.bytes())
                + (progress.totalBytes() < 0 ? "" : " of " + Amounts.bytes(progress.totalBytes()))
                + ", " + Amounts.bytes(progress.bytes() * 1000 / Math.max(1, millis)) + "/s";
    }

    private static String count(long done, long total) {
        return total < 0 ? String.valueOf(done) : done + " of " + total;
    }
}
