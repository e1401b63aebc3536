package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.progress.ProgressLines;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.time.Duration;

/** Prints progress on standard error: a line that is rewritten on a terminal, else a new line every ten seconds. Thread-safe. */
public final class ProgressPrinter implements ProgressListener, AutoCloseable {

    private static final Duration TERMINAL_PERIOD = Duration.ofMillis(200);
    private static final Duration LOG_PERIOD = Duration.ofSeconds(10);
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Host host;
    private final ProgressListener lines;
    private boolean lineOpen;

    ProgressPrinter(Host host, boolean quiet) {
        this.host = host;
        this.lines = quiet
                ? ProgressListener.NONE
                : new ProgressLines(host.terminal() ? TERMINAL_PERIOD : LOG_PERIOD, this::print);
    }

    @Override
    public void update(Progress progress) {
        lines.update(progress);
    }

    private synchronized void print(String line) {
        if (host.terminal()) {
            host.err().print(CLEAR_LINE + line);
            host.err().flush();
            lineOpen = true;
        } else {
            host.err().println(line);
        }
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
