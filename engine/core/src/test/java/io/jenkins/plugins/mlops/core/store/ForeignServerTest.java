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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a server that may be no object store. */
class ForeignServerTest {

    private static final String ERROR = "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>no</Message></Error>";

    @TempDir
    private Path directory;

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

    @ParameterizedTest
    @CsvSource({"text/html,<html><body>Gateway</body></html>", "text/plain,''"})
    void whatOnlySaysYesHasNoObjectAndTakesNone(String type, String body) throws IOException {
        answer(200, type, body);
        S3Uri object = S3Uri.parse("s3://data/key");
        assertThatThrownBy(() -> store.stat(object))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("is no S3 server");
        assertThatThrownBy(() -> store.putIfAbsent(object, new byte[] {1}))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("gave no ETag");
        Path file = Files.writeString(directory.resolve("file"), "text");
        assertThatThrownBy(() -> store.put(object, LocalFile.read(file)))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("gave no ETag");
    }

    @ParameterizedTest
    @CsvSource({
        "'<IsTruncated>true</IsTruncated>',did not say how the rest",
        "'<IsTruncated>true</IsTruncated><NextContinuationToken></NextContinuationToken>',did not say how the rest",
        "'<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>',did not say how the rest",
        "'<IsTruncated>false</IsTruncated><Contents><Key>other</Key><LastModified>2026-11-25T00:00:00.000Z</LastModified><ETag>e</ETag><Size>1</Size></Contents>',not asked for"
    })
    void aListingThatCannotBeWholeIsNone(String content, String says) {
        answer(200, "application/xml", "<ListBucketResult><Name>data</Name>" + content + "</ListBucketResult>");
        assertThatThrownBy(() -> store.list(S3Uri.parse("s3://data/key"), object -> {}))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining(says);
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
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
    }
}
