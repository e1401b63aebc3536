package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A container's log while it is written. The node goes on with the next file when it rotates the log, so that nothing falls between
 * two reads. It has no thread of its own, and asks for more only when what it holds was taken. Thread-safe.
 */
public final class LogStream implements AutoCloseable {

    private static final int MAX_HELD = 4 << 20;

    /** A longer line, such as a progress bar's that only ever goes back to its start, comes in pieces. */
    private static final int MAX_LINE = 256 << 10;

    private final Deque<LogPart.Line> held = new ArrayDeque<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private String begun = "";
    private int bytes;
    private AsyncBody body;
    private boolean asked;
    private boolean ended;
    private boolean closed;
    private String failure;

    LogStream() {}

    /** Takes over the answer when it comes. */
    void follow(CompletableFuture<HttpResponse<AsyncBody>> answer) {
        answer.whenComplete((response, error) -> {
            if (error != null) {
                end(String.valueOf(error.getMessage()));
                return;
            }
            AsyncBody opened = response.body();
            opened.done()
                    .whenComplete(
                            (nothing, broken) -> end(broken == null ? null : String.valueOf(broken.getMessage())));
            if (!response.isSuccessful()) {
                opened.cancel();
                end("HTTP " + response.code());
                return;
            }
            synchronized (this) {
                if (closed) {
                    opened.cancel();
                    return;
                }
                body = opened;
                asked = true;
            }
            opened.consume();
        });
    }

    /** What has come of the body. */
    void accept(List<ByteBuffer> buffers, AsyncBody from) {
        synchronized (this) {
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining()) {
                    byte b = buffer.get();
                    bytes++;
                    if (b == '\n') {
                        finishLine();
                    } else {
                        line.write(b);
                        if (line.size() >= MAX_LINE) {
                            cutLine();
                        }
                    }
                }
            }
            asked = bytes < MAX_HELD && !closed;
            if (!asked) {
                return;
            }
        }
        from.consume();
    }

    private void finishLine() {
        Cluster.parse(begun + line.toString(StandardCharsets.UTF_8), held);
        begun = "";
        line.reset();
    }

    /** Between words, so that none that is to be masked falls apart; what follows gets the time of the line's beginning. */
    private void cutLine() {
        byte[] piece = line.toByteArray();
        int end = piece.length;
        for (int i = piece.length - 1; i > piece.length / 2; i--) {
            if (piece[i] == '\r' || piece[i] == ' ') {
                end = i + 1;
                break;
            }
        }
        String text = begun + new String(piece, 0, end, StandardCharsets.UTF_8);
        Cluster.parse(text, held);
        begun = text.substring(0, text.indexOf(' ') + 1);
        line.reset();
        line.write(piece, end, piece.length - end);
    }

    private synchronized void end(String why) {
        if (!ended) {
            ended = true;
            failure = why;
        }
    }

    /** The whole lines that have come since the last call. */
    public List<LogPart.Line> take() {
        List<LogPart.Line> taken;
        AsyncBody more = null;
        synchronized (this) {
            taken = new ArrayList<>(held);
            held.clear();
            bytes = line.size();
            if (body != null && !asked && !ended && !closed) {
                asked = true;
                more = body;
            }
        }
        if (more != null) {
            more.consume();
        }
        return taken;
    }

    /** Whether nothing more will come: the container has ended, or the connection. */
    public synchronized boolean hasEnded() {
        return ended && held.isEmpty();
    }

    /** Why it broke; null when it did not. */
    public synchronized String failure() {
        return failure;
    }

    @Override
    public void close() {
        AsyncBody open;
        synchronized (this) {
            closed = true;
            open = body;
        }
        if (open != null) {
            open.cancel();
        }
    }
}
