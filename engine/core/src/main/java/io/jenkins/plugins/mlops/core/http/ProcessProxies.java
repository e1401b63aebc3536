package io.jenkins.plugins.mlops.core.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies of a process. When Java's properties name some ({@code http.proxyHost}, {@code https.proxyHost}, {@code
 * socksProxyHost}), they say all; else it is the environment: {@code https_proxy}, {@code http_proxy} and {@code no_proxy}, in lower
 * or upper case, as for curl and Python, whose programs run in the same pods. The loopback interface is never behind a proxy of
 * the environment.
 */
final class ProcessProxies extends ProxySelector implements Network.Logins {

    private static final List<String> PROPERTIES = List.of("http.proxyHost", "https.proxyHost", "socksProxyHost");
    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);
    private static final int DEFAULT_PORT = 80;

    private final Server http;
    private final Server https;
    private final NoProxy excepted;

    private record Server(String host, int port, PasswordAuthentication login) {}

    private ProcessProxies(Server http, Server https, NoProxy excepted) {
        this.http = http;
        this.https = https;
        this.excepted = excepted;
    }

    /** By these variables. */
    static ProcessProxies of(Map<String, String> environment) {
        return new ProcessProxies(
                server(environment, "http_proxy"),
                server(environment, "https_proxy"),
                NoProxy.parse(variable(environment, "no_proxy")));
    }

    private static String variable(Map<String, String> environment, String name) {
        String lower = environment.getOrDefault(name, "").trim();
        return lower.isEmpty()
                ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "").trim()
                : lower;
    }

    /** Null for none. What is no address is none: the process may have no use for it. */
    private static Server server(Map<String, String> environment, String name) {
        String value = variable(environment, name);
        if (value.isEmpty()) {
            return null;
        }
        try {
            URI uri = new URI(value.contains("://") ? value : "http://" + value);
            if (uri.getHost() == null) {
                return null;
            }
            return new Server(
                    uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), login(uri.getRawUserInfo()));
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static PasswordAuthentication login(String userInfo) {
        if (userInfo == null) {
            return null;
        }
        int colon = userInfo.indexOf(':');
        return new PasswordAuthentication(
                decode(colon < 0 ? userInfo : userInfo.substring(0, colon)),
                decode(colon < 0 ? "" : userInfo.substring(colon + 1)).toCharArray());
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public List<Proxy> select(URI uri) {
        ProxySelector platform = ProxySelector.getDefault();
        if (platform != null && PROPERTIES.stream().anyMatch(name -> System.getProperty(name) != null)) {
            return platform.select(uri);
        }
        Server server = "https".equalsIgnoreCase(uri.getScheme()) ? https : http;
        if (server == null || excepted.matches(uri)) {
            return platform == null ? DIRECT : platform.select(uri);
        }
        return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(server.host(), server.port())));
    }

    @Override
    public Optional<PasswordAuthentication> to(InetSocketAddress proxy) {
        for (Server server : new Server[] {https, http}) {
            if (server != null
                    && server.login() != null
                    && server.host().equalsIgnoreCase(proxy.getHostString())
                    && server.port() == proxy.getPort()) {
                return Optional.of(server.login());
            }
        }
        return Optional.empty();
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // The client tells; there is no other proxy to turn to.
    }
}
