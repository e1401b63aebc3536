package io.jenkins.plugins.mlops.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A container that prints faster than anyone reads: nothing is held beyond a limit, and nothing is lost. */
class LogStreamTest {

    private static final String AT = "2026-01-02T03:04:05.000000006Z";
    private static final int LIMIT = 4 << 20;
    private static final int CHUNK = 64 << 10;

    private final Printer printer = new Printer();
    private final LogStream stream = new LogStream();

    /** Prints when asked, and counts what it printed. */
    private static final class Printer implements AsyncBody {

        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private boolean asked;

        @Override
        public void consume() {
            asked = true;
        }

        @Override
        public CompletableFuture<Void> done() {
            return done;
        }

        @Override
        public void cancel() {
            done.cancel(false);
        }
    }

    private record Answer(AsyncBody body) implements HttpResponse<AsyncBody> {
        @Override
        public int code() {
            return 200;
        }

        @Override
        public HttpRequest request() {
            return null;
        }

        @Override
        public Optional<HttpResponse<?>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public List<String> headers(String key) {
            return List.of();
        }

        @Override
        public Map<String, List<String>> headers() {
            return Map.of();
        }
    }

    /** As long as it is asked for, at most that much; returns how much was printed. */
    private long print(String chunk, long most) {
        byte[] bytes = chunk.getBytes(StandardCharsets.UTF_8);
        long printed = 0;
        while (printer.asked && printed < most) {
            printer.asked = false;
            stream.accept(List.of(ByteBuffer.wrap(bytes)), printer);
            printed += bytes.length;
        }
        return printed;
    }

    @Test
    void asksForNoMoreThanItMayHold() {
        stream.follow(CompletableFuture.completedFuture(new Answer(printer)));
        String line = AT + " step 17, loss 0.25\n";
        String chunk = line.repeat(CHUNK / line.length());
        long lines = 0;
        for (int i = 0; i < 5; i++) {
            long printed = print(chunk, Long.MAX_VALUE);
            assertThat(printed).isBetween((long) LIMIT, (long) LIMIT + CHUNK);
            List<LogPart.Line> taken = stream.take();
            lines += taken.size();
            assertThat(taken.size()).isEqualTo(printed / line.length());
            assertThat(printer.asked).as("goes on once what was held is taken").isTrue();
        }
        assertThat(lines).isPositive();
    }

    @Test
    void aLineWithoutEndComesInPiecesOfItsTime() {
        stream.follow(CompletableFuture.completedFuture(new Answer(printer)));
        String bar = "\repoch 1: 42%|####      | 420/1000";
        print(AT + " begun", 1);
        long most = 64L << 20;
        long told = 0;
        for (long printed = 0; printed < most; ) {
            printed += print(bar.repeat(CHUNK / bar.length()), most);
            for (LogPart.Line piece : stream.take()) {
                assertThat(piece.at().toString()).isEqualTo(AT);
                assertThat(piece.text().length()).isLessThanOrEqualTo(256 << 10);
                told += piece.text().length();
            }
            assertThat(printed - told).as("held").isLessThan(300 << 10);
        }
        print("\nx", 1);
        stream.take();
        printer.asked = true;
        print(AT + " whole\n", 1);
        assertThat(stream.take()).isEmpty(); // "x" belongs to no time
    }

    @Test
    void closingStopsThePrinter() {
        stream.follow(CompletableFuture.completedFuture(new Answer(printer)));
        stream.close();
        assertThat(printer.done).isCancelled();
        print("more\n", 1);
        assertThat(printer.asked).isFalse();
    }
}
