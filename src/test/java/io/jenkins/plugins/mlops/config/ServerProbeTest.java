package io.jenkins.plugins.mlops.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hudson.util.FormValidation;
import hudson.util.FormValidation.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What the test buttons say when all is not well. Real servers are asked in {@link ServerProbeIT}. */
@WithJenkins
class ServerProbeTest {

    private ObjectStoreProfile.DescriptorImpl stores;
    private MlflowProfile.DescriptorImpl servers;

    @BeforeEach
    void setUp(JenkinsRule jenkins) throws Exception {
        stores = jenkins.jenkins.getDescriptorByType(ObjectStoreProfile.DescriptorImpl.class);
        servers = jenkins.jenkins.getDescriptorByType(MlflowProfile.DescriptorImpl.class);
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(CredentialsScope.SYSTEM, "keys", null, "ann", "s3cret"));
    }

    @Test
    void whatIsNotThereIsOutOfReach() throws IOException {
        String dead;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            dead = "http://127.0.0.1:" + socket.getLocalPort();
        }
        assertTold(() -> store(dead, "keys", ""), Kind.ERROR, "does not accept connections");
        assertTold(() -> store(dead, "keys", "s3://bucket/x"), Kind.ERROR, "Listing s3://bucket/x", "does not accept");
        assertTold(() -> server(dead, "keys"), Kind.ERROR, "out of reach");
        assertTold(() -> store("http://nowhere.invalid", "", ""), Kind.ERROR, "cannot be resolved");
        assertTold(() -> server("http://nowhere.invalid", ""), Kind.ERROR, "out of reach");
    }

    @Test
    void whatCannotBeAskedIsTold() {
        assertTold(() -> store("", "keys", ""), Kind.ERROR, "The endpoint of the object store", "is missing");
        assertTold(() -> store("http://127.0.0.1:1", "absent", ""), Kind.ERROR, "There are no credentials");
        assertTold(() -> store("http://127.0.0.1:1", "keys", "B@d"), Kind.ERROR, "is not a bucket name");
        assertTold(() -> server("mlflow:5000", ""), Kind.ERROR, "begins with neither");
    }

    @Test
    void aServerThatKeepsSilentOrDripsIsNotWaitedFor() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String address = "http://127.0.0.1:" + silent.getLocalPort();
            assertTold(() -> store(address, "keys", ""), Kind.ERROR, "did not answer in time");
            assertTold(() -> server(address, "keys"), Kind.ERROR, "does not answer in time");
        }
        try (ServerSocket dripping = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread drip = new Thread(() -> drip(dripping), "dripping server");
            drip.setDaemon(true);
            drip.start();
            String address = "http://127.0.0.1:" + dripping.getLocalPort();
            assertTold(() -> server(address, "keys"), Kind.ERROR, address, "did not answer within 10 seconds");
            assertTold(() -> store(address, "keys", ""), Kind.ERROR, address, "did not answer within 10 seconds");
        }
    }

    @Test
    void anotherKindOfServerIsTold() throws IOException {
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> answer(exchange, 200, "<!doctype html><title>Welcome</title>"));
        web.start();
        try {
            String address = "http://127.0.0.1:" + web.getAddress().getPort();
            assertTold(() -> store(address, "keys", ""), Kind.ERROR, "is no S3 server");
            assertTold(() -> server(address, "keys"), Kind.ERROR, "is no MLflow server");
        } finally {
            web.stop(0);
        }
    }

    @Test
    void anMlflowServerWithAuthenticationAcceptsCredentialsOrNot() throws IOException {
        HttpServer mlflow = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String right = "Basic " + Base64.getEncoder().encodeToString("ann:s3cret".getBytes(StandardCharsets.UTF_8));
        mlflow.createContext("/prefix/version", exchange -> answer(exchange, 200, "2.9.1"));
        mlflow.createContext(
                "/prefix/api/2.0/mlflow/experiments/search",
                exchange -> answer(
                        exchange,
                        right.equals(exchange.getRequestHeaders().getFirst("Authorization")) ? 200 : 401,
                        "{}"));
        mlflow.start();
        try {
            String address = "http://127.0.0.1:" + mlflow.getAddress().getPort() + "/prefix";
            assertTold(
                    () -> server(address, "keys"),
                    Kind.WARNING,
                    "Reached MLflow 2.9.1; it accepts the credentials; MLflow 3 or newer is wanted");
            assertTold(() -> server(address, ""), Kind.ERROR, "does not know the credentials");
        } finally {
            mlflow.stop(0);
        }
    }

    private FormValidation store(String endpoint, String credentialsId, String location) {
        return stores.doTestConnection("minio", endpoint, "", credentialsId, location);
    }

    private FormValidation server(String url, String credentialsId) {
        return servers.doTestConnection("team", url, credentialsId);
    }

    private static void assertTold(Callable<FormValidation> button, Kind kind, String... phrases) {
        long start = System.nanoTime();
        FormValidation answer;
        try {
            answer = button.call();
        } catch (Exception e) {
            throw new AssertionError("a button answers", e);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(12));
        assertThat(answer.kind).as(answer.getMessage()).isEqualTo(kind);
        assertThat(answer.getMessage()).contains(phrases).doesNotContain("s3cret", "\n", "Exception");
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/html");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Never silent for long, and never done. */
    private static void drip(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                client.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                for (int sent = 0; sent < 1000; sent++) {
                    client.getOutputStream().write('3');
                    Thread.sleep(500);
                }
            } catch (IOException | InterruptedException e) {
                continue;
            }
        }
    }
}
