package io.jenkins.plugins.mlops.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hudson.util.FormValidation;
import hudson.util.FormValidation.Kind;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketStandIn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What the test buttons say when all is not well. Real servers are asked in {@link ServerProbeIT}. */
@WithJenkins
class ServerProbeTest {

    private ObjectStoreProfile.DescriptorImpl stores;
    private MlflowProfile.DescriptorImpl servers;
    private BitbucketProfile.DescriptorImpl forges;

    @BeforeEach
    void setUp(JenkinsRule jenkins) throws Exception {
        stores = jenkins.jenkins.getDescriptorByType(ObjectStoreProfile.DescriptorImpl.class);
        servers = jenkins.jenkins.getDescriptorByType(MlflowProfile.DescriptorImpl.class);
        forges = jenkins.jenkins.getDescriptorByType(BitbucketProfile.DescriptorImpl.class);
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .addAll(List.of(
                        new UsernamePasswordCredentialsImpl(CredentialsScope.SYSTEM, "keys", null, "ann", "s3cret"),
                        new StringCredentialsImpl(
                                CredentialsScope.SYSTEM, "token", null, Secret.fromString(BitbucketStandIn.TOKEN))));
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
        assertTold(() -> forge(dead, false, "token", ""), Kind.ERROR, "check its address and that it runs");
        assertTold(() -> store("http://nowhere.invalid", "", ""), Kind.ERROR, "cannot be resolved");
        assertTold(() -> server("http://nowhere.invalid", ""), Kind.ERROR, "out of reach");
    }

    @Test
    void whatCannotBeAskedIsTold() {
        assertTold(() -> store("", "keys", ""), Kind.ERROR, "The endpoint of the object store", "is missing");
        assertTold(() -> store("http://127.0.0.1:1", "absent", ""), Kind.ERROR, "There are no credentials");
        assertTold(() -> store("http://127.0.0.1:1", "keys", "B@d"), Kind.ERROR, "is not a bucket name");
        assertTold(() -> server("mlflow:5000", ""), Kind.ERROR, "begins with neither");
        assertTold(() -> forge("", false, "token", ""), Kind.ERROR, "The URL of the Bitbucket server", "is missing");
        assertTold(() -> forge("http://127.0.0.1:1", false, "absent", ""), Kind.ERROR, "There are no credentials");
        assertTold(
                () -> forge("http://127.0.0.1:1", false, "token", "model"),
                Kind.ERROR,
                "names no Bitbucket repository: PROJECT/repository is wanted");
    }

    @Test
    void aServerThatKeepsSilentOrDripsIsNotWaitedFor() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String address = "http://127.0.0.1:" + silent.getLocalPort();
            assertTold(() -> store(address, "keys", ""), Kind.ERROR, "did not answer in time");
            assertTold(() -> server(address, "keys"), Kind.ERROR, "does not answer in time");
            assertTold(() -> forge(address, false, "token", ""), Kind.ERROR, "Bitbucket at " + address);
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
            assertTold(
                    () -> forge(address, false, "token", ""),
                    Kind.ERROR,
                    "check that its address is that of Bitbucket");
            assertTold(
                    () -> forge(address, true, "token", ""), Kind.ERROR, "check that its address is that of Bitbucket");
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

    @Test
    void aDataCenterSaysItsVersionAndWhatTheTokenMayRead() throws IOException {
        try (BitbucketStandIn server = new BitbucketStandIn(BitbucketKind.DATA_CENTER)) {
            String url = server.address().toString();
            assertTold(
                    () -> forge(url, false, "token", "PRJ/model"),
                    Kind.OK,
                    "Reached Bitbucket Data Center 8.19.1; it accepts the credentials; PRJ/model can be read");
            assertTold(() -> forge(url + "/", false, "token", ""), Kind.OK, "it accepts the credentials");
            assertTold(
                    () -> forge(url, false, "token", "PRJ/other"),
                    Kind.ERROR,
                    "Reading the repository PRJ/other failed",
                    "does not exist",
                    "check the names");
            assertTold(() -> forge(url, false, "keys", ""), Kind.ERROR, "does not know the credentials");
            assertTold(() -> forge(url, false, "", ""), Kind.WARNING, "without credentials nothing is reported to it");
            assertTold(
                    () -> forge(url + "/elsewhere", false, "token", ""),
                    Kind.ERROR,
                    "it is no Bitbucket Data Center; check the address");
            assertTold(() -> forge(url, true, "token", ""), Kind.ERROR, "it is no Bitbucket Cloud");
            server.version = "5.3.9";
            assertTold(() -> forge(url, false, "token", ""), Kind.WARNING, "5.3.9; 5.4 or newer is wanted");
            server.version = "10.0.0-rc1";
            assertTold(() -> forge(url, false, "token", ""), Kind.OK, "10.0.0-rc1");
            server.refuse(1, "GET ", 503, Map.of());
            assertTold(() -> forge(url, false, "token", ""), Kind.ERROR, "503");
        }
    }

    @Test
    void cloudSaysOfARepositoryWhetherTheTokenIsRight() throws IOException {
        try (BitbucketStandIn server = new BitbucketStandIn(BitbucketKind.CLOUD)) {
            String url = server.address().toString();
            assertTold(
                    () -> forge(url, true, "token", "PRJ/model"),
                    Kind.OK,
                    "Reached Bitbucket Cloud; it accepts the credentials; PRJ/model can be read");
            assertTold(() -> forge(url, true, "token", ""), Kind.WARNING, "name one to test");
            assertTold(() -> forge(url, true, "keys", "PRJ/model"), Kind.ERROR, "does not know the credentials");
            assertTold(() -> forge(url, false, "token", ""), Kind.ERROR, "it is no Bitbucket Data Center");
        }
    }

    private FormValidation forge(String url, boolean cloud, String credentialsId, String repository) {
        return forges.doTestConnection("forge", url, cloud, credentialsId, repository);
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
        assertThat(answer.getMessage())
                .contains(phrases)
                .doesNotContain("s3cret", BitbucketStandIn.TOKEN, "\n", "Exception");
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
