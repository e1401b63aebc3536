package io.jenkins.plugins.mlops.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import hudson.FilePath;
import hudson.ProxyConfiguration;
import hudson.slaves.DumbSlave;
import hudson.util.FormValidation;
import hudson.util.FormValidation.Kind;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.step.AgentTask;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Connections through Jenkins' proxy, and to servers whose authority only the plugin's configuration knows. */
@WithJenkins
class JenkinsNetworkTest {

    private static final String LOGIN =
            "Basic " + Base64.getEncoder().encodeToString("jenkins:pr0xy-secret".getBytes(StandardCharsets.UTF_8));

    private JenkinsRule jenkins;
    private HttpServer server;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @TempDir
    private Path directory;

    @BeforeEach
    void setUp(JenkinsRule rule) {
        jenkins = rule;
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void whatJenkinsSaysOfProxiesHolds() throws Exception {
        serve(HttpServer.create(loopback(), 0), true);
        int port = server.getAddress().getPort();
        assertThat(mlflow("http://localhost:" + port).kind)
                .as("without a proxy the server itself is asked, and this one wants a proxy's login")
                .isEqualTo(Kind.ERROR);

        jenkins.jenkins.setProxy(new ProxyConfiguration("localhost", port, "jenkins", "wrong", "*.direct.example"));
        assertThat(mlflow("http://mlflow.example:5000").renderHtml())
                .contains("the proxy asks for a login, or for another one");
        jenkins.jenkins.setProxy(
                new ProxyConfiguration("localhost", port, "jenkins", "pr0xy-secret", "*.direct.example"));
        assertThat(mlflow("http://mlflow.example:5000").renderHtml()).contains("Reached MLflow 3.4.0");
        store("http://s3.example:9000");
        assertThat(mlflow("http://a.direct.example:5000").renderHtml()).contains("out of reach");
        assertThat(asked)
                .contains("http://mlflow.example:5000/version")
                .anyMatch(url -> url.startsWith("http://s3.example:9000/"));
        assertThat(asked).noneMatch(url -> url.contains("direct.example"));

        jenkins.jenkins.setProxy(new ProxyConfiguration("localhost", 1));
        assertThat(mlflow("http://mlflow.example:5000").renderHtml())
                .contains("through the proxy localhost:1, which does not accept connections");
    }

    @Test
    void anAddedAuthorityIsTrustedOnControllerAndAgents() throws Exception {
        HttpsServer https = HttpsServer.create(loopback(), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(identity("localhost")));
        serve(https, false);
        String url = "https://localhost:" + server.getAddress().getPort();
        DumbSlave agent = jenkins.createOnlineSlave();
        FilePath there = agent.getRootPath();

        assertThat(mlflow(url).renderHtml()).contains("cannot be trusted");
        assertThat(catchThrowable(() -> there.act(new Probe(url)))).hasMessageContaining("cannot be trusted");

        String pem = Files.readString(directory.resolve("localhost.pem")).replace("\r\n", "\n");
        read("unclassified:\n  mlops:\n    certificates: |\n" + pem.indent(6));
        assertThat(mlflow(url).renderHtml()).contains("Reached MLflow 3.4.0");
        assertThat(there.act(new Probe(url))).isEqualTo("3.4.0");

        jenkins.configRoundtrip();
        assertThat(MlopsConfiguration.get().getCertificates().strip()).isEqualTo(pem.strip());
        assertThat(mlflow(url).renderHtml()).contains("Reached MLflow 3.4.0");
        assertThat(MlopsConfiguration.get().doCheckCertificates("nonsense").kind)
                .isEqualTo(Kind.ERROR);
        assertThat(catchThrowable(() -> MlopsConfiguration.get().setCertificates("nonsense")))
                .isInstanceOf(MlopsException.class);
        assertThat(MlopsConfiguration.get().getCertificates()).contains("BEGIN CERTIFICATE");

        MlopsConfiguration.get().setCertificates(null);
        assertThat(mlflow(url).renderHtml()).contains("cannot be trusted");
        assertThat(catchThrowable(() -> there.act(new Probe(url)))).hasMessageContaining("cannot be trusted");
    }

    private FormValidation mlflow(String url) {
        return jenkins.jenkins
                .getDescriptorByType(MlflowProfile.DescriptorImpl.class)
                .doTestConnection("lab", url, "");
    }

    private void store(String endpoint) {
        jenkins.jenkins
                .getDescriptorByType(ObjectStoreProfile.DescriptorImpl.class)
                .doTestConnection("store", endpoint, "", "", "s3://bucket/x");
    }

    private static void read(String yaml) throws Exception {
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))));
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Answers as MLflow says which it is, whatever is asked; as a proxy only who logs in. */
    private void serve(HttpServer made, boolean asProxy) {
        server = made;
        server.createContext("/", exchange -> {
            if (asProxy && !LOGIN.equals(exchange.getRequestHeaders().getFirst("Proxy-Authorization"))) {
                exchange.getResponseHeaders().set("Proxy-Authenticate", "Basic realm=\"proxy\"");
                exchange.sendResponseHeaders(407, -1);
            } else {
                asked.add(exchange.getRequestURI().toString());
                String version = exchange.getRequestURI().getPath().endsWith("/version") ? "3.4.0" : "{}";
                byte[] body = version.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.start();
    }

    private SSLContext identity(String host) throws Exception {
        Path store = directory.resolve(host + ".p12");
        keytool(
                store,
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + host,
                "-ext",
                "san=dns:" + host);
        keytool(
                store,
                "-exportcert",
                "-rfc",
                "-alias",
                "a",
                "-file",
                directory.resolve(host + ".pem").toString());
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "changeit".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(factory.getKeyManagers(), null, null);
        return tls;
    }

    private static void keytool(Path store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", "changeit", "-storetype", "PKCS12"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).isZero();
    }

    /** Asks from the agent which MLflow it is. */
    private static final class Probe extends AgentTask<String> {

        private static final long serialVersionUID = 1L;

        private final String url;

        Probe(String url) {
            this.url = url;
        }

        @Override
        protected String run(Path there) {
            try (MlflowServer mlflow = MlflowServer.connect(new MlflowSettings(URI.create(url), null), null)) {
                return mlflow.probe();
            }
        }
    }
}
