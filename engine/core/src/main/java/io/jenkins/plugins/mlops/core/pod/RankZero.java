package io.jenkins.plugins.mlops.core.pod;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.function.Consumer;

/** Waits until rank 0 listens where the ranks meet. Its name may resolve long before that, or not for a while after. */
public final class RankZero {

    private static final int CONNECT_MILLIS = 2_000;
    private static final long PAUSE_MILLIS = 500;
    private static final Duration TELL = Duration.ofSeconds(30);

    private RankZero() {}

    /**
     * @param notes hears every half minute what is waited for
     * @throws MlopsException of kind UNREACHABLE after the longest wait
     */
    public static void await(String host, int port, Duration longest, Consumer<String> notes) {
        long start = System.nanoTime();
        long told = start;
        while (true) {
            String why;
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
                return;
            } catch (IOException e) {
                why = e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
            }
            long now = System.nanoTime();
            if (now - start > longest.toNanos()) {
                throw MlopsException.unreachable(
                        "Rank 0 does not listen at " + host + ":" + port + " after " + longest.toSeconds() + " s ("
                                + why + "): look at its log, and whether a network policy keeps the pods apart",
                        null);
            }
            if (now - told > TELL.toNanos()) {
                told = now;
                notes.accept("Waiting for rank 0 at " + host + ":" + port + " (" + why + ")");
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                throw MlopsException.interrupted("Waiting for rank 0");
            }
        }
    }
}
