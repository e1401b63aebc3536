package io.jenkins.plugins.mlops.core.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.address.ServerAddress;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class HttpPostTest {

    private static final RetryPolicy AT_ONCE = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2));

    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;
    private volatile int status;
    private volatile int failures;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                int answer = requests.incrementAndGet() <= failures ? 503 : status;
                exchange.getResponseHeaders().add("Location", "http://thief.example/");
                byte[] body = "because\nof this".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(answer, answer == 204 ? -1 : body.length);
                if (answer != 204) {
                    exchange.getResponseBody().write(body);
                }
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void send() {
        ServerAddress address = ServerAddress.parse(
                "The server", "http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
        try (HttpPost post = new HttpPost("The catalogue", address, AT_ONCE)) {
            post.send(new byte[] {'{', '}'}, "application/json", Map.of("X-Key", "k"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, FAILED, 1",
        "409, FAILED, 1",
        "413, FAILED, 1",
        "415, FAILED, 1",
        "422, FAILED, 1",
        "301, UNREACHABLE, 1",
        "307, UNREACHABLE, 1",
        "401, UNREACHABLE, 1",
        "403, UNREACHABLE, 1",
        "404, UNREACHABLE, 1",
        "405, UNREACHABLE, 1",
        "501, UNREACHABLE, 1",
        "429, UNREACHABLE, 3",
        "500, UNREACHABLE, 3",
        "503, UNREACHABLE, 3"
    })
    void whatAnAnswerMeans(int answer, Kind kind, int tries) {
        status = answer;
        assertThatThrownBy(this::send).isInstanceOfSatisfying(MlopsException.class, e -> {
            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e.getMessage())
                    .contains("The catalogue at http://127.0.0.1", "HTTP " + answer)
                    .doesNotContain("\n");
        });
        assertThat(requests).hasValue(tries);
    }

    @ParameterizedTest
    @CsvSource({"200", "201", "202", "204"})
    void whatPassesIsTriedAgain(int answer) {
        status = answer;
        failures = 2;
        send();
        assertThat(requests).hasValue(3);
    }

    @Test
    void nobodyThere() {
        server.stop(0);
        assertThatThrownBy(this::send)
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
                .hasMessageContaining("does not accept connections");
    }
}
