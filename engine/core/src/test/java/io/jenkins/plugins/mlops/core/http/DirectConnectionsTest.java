package io.jenkins.plugins.mlops.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectConnectionsTest {

    private static final String PLAIN = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"e\"\r\n\r\nhello";
    private static final String HANG_UP = "";

    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private ServerSocket server;
    private DirectConnections connections;

    @BeforeEach
    void setUp() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        connections = new DirectConnections(
                new OkHttpClient.Builder().readTimeout(Duration.ofMillis(300)).build(),
                URI.create("http://127.0.0.1:" + server.getLocalPort()));
        Thread thread = new Thread(this::accept);
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void tearDown() throws IOException {
        connections.close();
        server.close();
    }

    /** Answers each request with the next text as it is; none ends the connection. */
    private void accept() {
        while (true) {
            try (Socket socket = server.accept();
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
                accepted.incrementAndGet();
                for (String answer = answer(in); !answer.equals(HANG_UP); answer = answer(in)) {
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    socket.getOutputStream().flush();
                }
            } catch (IOException e) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private String answer(BufferedReader in) throws IOException {
        String first = in.readLine();
        for (String line = first; line != null && !line.isEmpty(); ) {
            line = in.readLine();
        }
        if (first == null) {
            return HANG_UP;
        }
        requests.add(first);
        String next = answers.poll();
        return next == null ? HANG_UP : next;
    }

    private DirectAnswer get() throws IOException {
        return connections.get("/bucket/key", Map.of("host", "127.0.0.1"));
    }

    private String read() throws IOException {
        DirectAnswer answer = get();
        try (InputStream body = answer.body()) {
            return answer.status() + " " + new String(body.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void aConnectionIsUsedAgainWhenItsAnswerWasRead() throws IOException {
        answers.addAll(List.of(PLAIN, PLAIN, PLAIN));
        for (int i = 0; i < 3; i++) {
            assertThat(read()).isEqualTo("200 hello");
        }
        assertThat(accepted).hasValue(1);
        assertThat(requests).containsOnly("GET /bucket/key HTTP/1.1");
    }

    @Test
    void anAnswerThatNobodyReadsToTheEndCostsItsConnection() throws IOException {
        answers.addAll(List.of(PLAIN, PLAIN));
        get().body().close();
        assertThat(read()).isEqualTo("200 hello");
        assertThat(accepted).hasValue(2);
    }

    @Test
    void aKeptConnectionThatTheServerClosedIsReplacedOnce() throws IOException {
        answers.addAll(List.of(PLAIN, HANG_UP, PLAIN));
        assertThat(read()).isEqualTo("200 hello");
        assertThat(read()).isEqualTo("200 hello");
        assertThat(accepted).hasValue(2);
        answers.addAll(List.of(HANG_UP, HANG_UP));
        assertThatThrownBy(this::read).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n folded\r\n\r\nhello",
                "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
                "220 mail.example ESMTP\r\n"
            })
    void whatIsNotPlainIsLeftToTheOtherClientAndEndsTheConnection(String answer) throws IOException {
        answers.addAll(List.of(answer, PLAIN));
        assertThat(get()).isNull();
        assertThat(read()).isEqualTo("200 hello");
        assertThat(accepted).hasValue(2);
    }

    @Test
    void bytesAfterTheBodyAreNoAnswerToTheNextRequest() throws IOException {
        answers.addAll(List.of(PLAIN + PLAIN.replace("hello", "wrong"), PLAIN));
        assertThat(read()).isEqualTo("200 hello");
        assertThat(read()).isEqualTo("200 hello");
        assertThat(accepted).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 6\r\n\r\n<no/>!",
                "Transfer-Encoding: chunked\r\n\r\n4;x=y\r\n<no/\r\n2\r\n>!\r\n0\r\n\r\n",
                "Connection: close\r\nContent-Length: 6\r\n\r\n<no/>!"
            })
    void aRefusalIsReadInWhateverCoding(String rest) throws IOException {
        answers.add("HTTP/1.1 403 Forbidden\r\n" + rest);
        assertThat(read()).isEqualTo("403 <no/>!");
        assertThat(requests).hasSize(1);
    }

    @Test
    void aServerThatIsTooBusySaysForHowLong() {
        answers.add("HTTP/1.1 503 Slow Down\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n");
        assertThatThrownBy(this::get).isInstanceOf(RetryPolicy.Transient.class).hasMessageContaining("503");
    }

    @Test
    void aBodyThatEndsEarlyIsAFailure() {
        answers.addAll(List.of(PLAIN.replace("Length: 5", "Length: 6"), HANG_UP));
        assertThatThrownBy(this::read).isInstanceOfAny(EOFException.class, SocketTimeoutException.class);
    }

    @Test
    void aHeadThatDoesNotEndIsAFailure() {
        answers.add("HTTP/1.1 200 OK\r\nX: " + "y".repeat(100_000));
        assertThatThrownBy(this::get).isInstanceOf(IOException.class).hasMessageContaining("too long");
    }

    @Test
    void headersThatWouldMakeAnotherRequestAreNotSent() throws IOException {
        assertThat(connections.get("/bucket/key", Map.of("if-match", "e\r\nx: y")))
                .isNull();
        assertThat(connections.get("/bucket/key", Map.of("if-match", "\u00e4"))).isNull();
        assertThat(requests).isEmpty();
    }

    @Test
    void aServerThatIsAwayIsLeftToTheOtherClient() throws IOException {
        server.close();
        assertThat(get()).isNull();
    }
}
