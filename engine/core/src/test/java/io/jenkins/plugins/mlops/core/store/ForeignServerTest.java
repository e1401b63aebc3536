package io.jenkins.plugins.mlops.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a server that may be no object store. */
class ForeignServerTest {

    private static final String ERROR = "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>no</Message></Error>";

    private HttpServer server;
    private ObjectStore store;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        store = ObjectStore.connect(
                new ObjectStoreSettings(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                        "us-east-1",
                        new ObjectStoreSettings.Credentials("id", "s3cret", null)),
                new RetryPolicy(1, Duration.ZERO, Duration.ZERO),
                Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() {
        store.close();
        server.stop(0);
    }

    @ParameterizedTest
    @CsvSource({
        "200,text/html,<html><body>Gateway</body></html>",
        "200,text/html,<!doctype html><p>Gateway",
        "200,application/json,{}",
        "200,text/plain,''",
        "404,text/html,<!doctype html><p>Gateway",
        "404,application/json,{}",
        "404,text/plain,''",
        "302,text/html,''",
        "405,text/html,<html></html>"
    })
    void whatIsNoStoreIsCalledSo(int status, String type, String body) {
        answer(status, type, body);
        assertThatThrownBy(store::buckets).isInstanceOf(MlopsException.class).hasMessageContaining("is no S3 server");
    }

    @Test
    void keysThatMayNotListBucketsAreKnownKeys() {
        answer(403, "application/xml", ERROR.formatted("AccessDenied"));
        assertThat(store.buckets()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"403,InvalidAccessKeyId", "403,SignatureDoesNotMatch", "404,XAdminUserNotFound"})
    void wrongKeysAreRefused(int status, String code) {
        answer(status, "application/xml", ERROR.formatted(code));
        assertThatThrownBy(store::buckets)
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED))
                .hasMessageContaining(code)
                .hasMessageContaining("check the access key")
                .hasMessageNotContaining("s3cret");
    }

    private void answer(int status, String type, String text) {
        server.createContext("/", exchange -> {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", type);
            if (status == 302) {
                exchange.getResponseHeaders().add("Location", "/login");
            }
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }
}
