package io.jenkins.plugins.mlops.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {

    private static final Network.Logins NOBODY = proxy -> Optional.empty();

    @TempDir
    private Path directory;

    private HttpServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void plainRequestsGoThroughTheProxyWithItsLogin() throws Exception {
        serve(HttpServer.create(loopback(), 0));
        try (TestProxy proxy = new TestProxy("me:se:cret", server.getAddress())) {
            assertThat(get(by(proxy, NOBODY), "http://store.example:9000/a")).contains("the proxy asks for a login");
            assertThat(get(by(proxy, as("me", "wrong")), "http://store.example:9000/a"))
                    .contains("the proxy asks for a login, or for another one");
            assertThat(proxy.asked()).isEmpty();
            assertThat(get(by(proxy, as("me", "se:cret")), "http://store.example:9000/a"))
                    .isEqualTo("hello");
            assertThat(proxy.asked()).containsExactly("GET http://store.example:9000/a HTTP/1.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-5", "86400", "9223372036854775807", "99999999999999999999999999"})
    void aServerThatAsksForAnAbsurdPauseIsOneThatFails(String wait) throws Exception {
        serve(HttpServer.create(loopback(), 0));
        server.createContext("/busy", exchange -> {
            exchange.getResponseHeaders().add("Retry-After", wait);
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        OkHttpClient client =
                Network.PROCESS.builder().addInterceptor(new TransientAnswers()).build();
        Request request = new Request.Builder()
                .url("http://127.0.0.1:" + server.getAddress().getPort() + "/busy")
                .build();
        assertThatThrownBy(() -> client.newCall(request).execute())
                .isInstanceOf(RetryPolicy.Transient.class)
                .hasMessageContaining("503");
    }

    @Test
    void tunnelsToWhatASecondAuthorityVouchesFor() throws Exception {
        SSLContext tls = identity("store.example");
        HttpsServer https = HttpsServer.create(loopback(), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(tls));
        serve(https);
        List<X509Certificate> authorities =
                Trust.certificates("The file", Files.readString(directory.resolve("store.example.pem")));
        try (TestProxy proxy = new TestProxy("me:secret", server.getAddress())) {
            ProxySelector selector = only(proxy.address());
            assertThat(get(new Network(selector, as("me", "secret"), List.of()), "https://store.example/a"))
                    .contains("cannot be trusted");
            assertThat(get(new Network(selector, as("me", "secret"), authorities), "https://store.example/a"))
                    .isEqualTo("hello");
            assertThat(proxy.asked()).contains("CONNECT store.example:443 HTTP/1.1");
            assertThat(get(new Network(selector, NOBODY, authorities), "https://store.example/a"))
                    .contains("through the proxy localhost")
                    .contains("authenticate");
            assertThat(get(new Network(selector, as("me", "secret"), authorities), "https://other.example/a"))
                    .as("the certificate is for another name")
                    .contains("cannot be trusted");
        }
    }

    @Test
    void readsDirectlyFromNoneButATrustedServerOfTheRightName() throws Exception {
        SSLContext tls = identity("localhost");
        HttpsServer https = HttpsServer.create(loopback(), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(tls));
        serve(https);
        List<X509Certificate> authorities =
                Trust.certificates("The file", Files.readString(directory.resolve("localhost.pem")));
        int port = server.getAddress().getPort();
        Network trusting = Network.PROCESS.trusting(authorities);
        assertThat(directly(trusting, "https://localhost:" + port)).isEqualTo("hello");
        assertThat(directly(Network.PROCESS, "https://localhost:" + port))
                .as("nobody vouches for it")
                .isNull();
        assertThat(directly(trusting, "https://127.0.0.1:" + port))
                .as("the certificate is for another name")
                .isNull();
    }

    @Test
    void readsNothingDirectlyWhereThereIsAProxy() throws Exception {
        serve(HttpServer.create(loopback(), 0));
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        try (TestProxy proxy = new TestProxy("me:secret", server.getAddress())) {
            assertThat(directly(by(proxy, NOBODY), url)).isNull();
        }
        assertThat(directly(Network.PROCESS, url)).isEqualTo("hello");
    }

    /** The body; null when that is left to the general client. */
    private static String directly(Network network, String server) throws IOException {
        try (DirectConnections direct = new DirectConnections(network.builder().build(), URI.create(server))) {
            DirectAnswer answer =
                    direct.get("/a", Map.of("host", URI.create(server).getAuthority()));
            return answer == null ? null : new String(answer.body().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void aProxyThatIsAwayIsToldFromAServerThatIs() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        assertThat(get(
                        new Network(only(InetSocketAddress.createUnresolved("localhost", closed)), NOBODY, List.of()),
                        "http://store.example/a"))
                .isEqualTo("cannot be reached through the proxy localhost:" + closed
                        + ", which does not accept connections");
        assertThat(get(Network.PROCESS, "http://localhost:" + closed + "/a")).isEqualTo("does not accept connections");
    }

    @Test
    void whatIsNoCertificateIsRefused() {
        for (String text : List.of("", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")) {
            assertThat(catchThrowableOfType(MlopsException.class, () -> Trust.certificates("The field", text))
                            .getMessage())
                    .startsWith("The field holds ");
        }
    }

    @Test
    void proxiesOfTheEnvironment() {
        ProcessProxies proxies = ProcessProxies.of(Map.of(
                "https_proxy",
                "http://me:p%40ss+word@proxy.example:3128",
                "HTTP_PROXY",
                "plain.example",
                "no_proxy",
                "in.example, .deep.example,10.0.0.0/8,*.wild.example,one.example:9000,192.168.1.7,[fd00::1]:9000"));
        assertThat(select(proxies, "https://s3.example")).isEqualTo("proxy.example:3128");
        assertThat(select(proxies, "http://s3.example")).isEqualTo("plain.example:80");
        for (String direct : List.of(
                "https://in.example",
                "https://a.in.example",
                "https://a.deep.example",
                "https://A.Wild.example",
                "http://10.1.2.3:9000",
                "http://192.168.1.7",
                "http://one.example:9000",
                "http://[fd00::1]:9000",
                "http://localhost:9000",
                "http://127.0.0.9",
                "http://[::1]:80")) {
            assertThat(select(proxies, direct)).as(direct).isEqualTo("DIRECT");
        }
        for (String proxied : List.of("http://notin.example", "http://11.1.2.3", "http://one.example:9001")) {
            assertThat(select(proxies, proxied)).as(proxied).isEqualTo("plain.example:80");
        }
        assertThat(proxies.to(InetSocketAddress.createUnresolved("proxy.example", 3128)))
                .hasValueSatisfying(login -> {
                    assertThat(login.getUserName()).isEqualTo("me");
                    assertThat(new String(login.getPassword())).isEqualTo("p@ss+word");
                });
        assertThat(proxies.to(InetSocketAddress.createUnresolved("plain.example", 80)))
                .isEmpty();
        assertThat(select(ProcessProxies.of(Map.of("https_proxy", "http://p", "no_proxy", "*")), "https://a"))
                .isEqualTo("DIRECT");
        assertThat(select(ProcessProxies.of(Map.of("https_proxy", "http://[")), "https://a"))
                .isEqualTo("DIRECT");
    }

    private static String select(ProcessProxies proxies, String uri) {
        Proxy first = proxies.select(URI.create(uri)).get(0);
        return first.address() instanceof InetSocketAddress address
                ? address.getHostString() + ":" + address.getPort()
                : first.type().toString();
    }

    private void serve(HttpServer made) {
        server = made;
        server.createContext("/", exchange -> {
            byte[] body = "hello".getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static Network by(TestProxy proxy, Network.Logins logins) {
        return new Network(only(proxy.address()), logins, List.of());
    }

    private static Network.Logins as(String user, String password) {
        return proxy -> Optional.of(new PasswordAuthentication(user, password.toCharArray()));
    }

    private static ProxySelector only(InetSocketAddress proxy) {
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return List.of(new Proxy(Proxy.Type.HTTP, proxy));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                // told by the client
            }
        };
    }

    /** The body, or how it failed. */
    private static String get(Network network, String url) {
        OkHttpClient client = network.builder().build();
        try (Response response =
                client.newCall(new Request.Builder().url(url).build()).execute()) {
            return response.body().string();
        } catch (IOException e) {
            return NetworkFailure.reason(e);
        } finally {
            client.connectionPool().evictAll();
            client.dispatcher().executorService().shutdown();
        }
    }

    /** A key with a certificate that it signs itself, which lies beside as PEM. */
    private SSLContext identity(String host) throws Exception {
        Path store = directory.resolve(host + ".p12");
        keytool(
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + host,
                "-ext",
                "san=dns:" + host,
                store);
        keytool("-exportcert", "-rfc", "-alias", "a", "-file", directory.resolve(host + ".pem"), store);
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

    /** The last argument is the key store. */
    private static void keytool(Object... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        for (int i = 0; i < arguments.length - 1; i++) {
            command.add(arguments[i].toString());
        }
        command.addAll(List.of(
                "-keystore",
                arguments[arguments.length - 1].toString(),
                "-storepass",
                "changeit",
                "-storetype",
                "PKCS12"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).isZero();
    }
}
