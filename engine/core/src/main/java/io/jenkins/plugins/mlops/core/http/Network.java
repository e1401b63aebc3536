package io.jenkins.plugins.mlops.core.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLException;
import okhttp3.Authenticator;
import okhttp3.Call;
import okhttp3.Credentials;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;

/**
 * How this process gets to HTTP servers: through which proxies, and whose certificates hold besides those that the Java platform
 * trusts. All clients of this library go that way. A host such as Jenkins, which has settings of its own for this, says so once
 * by {@link #use}. Immutable; thread-safe.
 */
public final class Network {

    /** As the Java platform and the environment say, see {@link ProcessProxies}. */
    public static final Network PROCESS =
            new Network(ProcessProxies.of(System.getenv()), ProcessProxies.of(System.getenv()), List.of());

    private static volatile Network used = PROCESS;

    private static final int PROXY_AUTHENTICATION = 407;
    private static final String RETRY_AFTER = "Retry-After";
    /** What the client can read as a number of seconds. */
    private static final int MOST_DIGITS = 9;

    private final ProxySelector proxies;
    private final Logins logins;
    private final Trust trust;

    /** What proxies are told who asks. */
    @FunctionalInterface
    public interface Logins {
        /** Asked for each connection, so that what changes is seen; empty for none. */
        Optional<PasswordAuthentication> to(InetSocketAddress proxy);
    }

    /**
     * @param proxies asked for each connection
     * @param authorities trusted besides those of the Java platform
     */
    public Network(ProxySelector proxies, Logins logins, List<X509Certificate> authorities) {
        this.proxies = Objects.requireNonNull(proxies, "proxies");
        this.logins = Objects.requireNonNull(logins, "logins");
        this.trust = authorities.isEmpty() ? null : Trust.inPlatformAnd(authorities);
    }

    /** This way, with other authorities that are trusted besides those of the Java platform. */
    public Network trusting(List<X509Certificate> authorities) {
        return new Network(proxies, logins, authorities);
    }

    /** The proxies to try for an address, in this order; {@link Proxy#NO_PROXY} for none. */
    public List<Proxy> proxies(URI uri) {
        return proxies.select(uri);
    }

    /** What a proxy is told who asks; empty for nothing. */
    public Optional<PasswordAuthentication> login(InetSocketAddress proxy) {
        return logins.to(proxy);
    }

    /** Has all clients that are built from now on go this way; those that exist keep theirs. */
    public static void use(Network network) {
        used = Objects.requireNonNull(network, "network");
    }

    /** A client's builder that goes the way of this process. */
    public static OkHttpClient.Builder client() {
        return used.builder();
    }

    /** What {@link #use} said is trusted besides the Java platform's. */
    static List<X509Certificate> authorities() {
        Trust trust = used.trust;
        return trust == null ? List.of() : trust.added();
    }

    OkHttpClient.Builder builder() {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .proxySelector(proxies)
                .proxyAuthenticator(new Login(logins))
                .eventListener(new ProxyBlame())
                .addInterceptor(Network::refuseToAskProxy)
                .addNetworkInterceptor(Network::boundRetryAfter);
        if (trust != null) {
            builder.sslSocketFactory(trust.sockets(), trust.manager());
        }
        return builder;
    }

    /** Else the answer of the proxy would be taken for one of the server. */
    private static Response refuseToAskProxy(okhttp3.Interceptor.Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        if (response.code() == PROXY_AUTHENTICATION) {
            response.close();
            throw new ProxyFailure("cannot be reached: the proxy asks for a login, or for another one");
        }
        return response;
    }

    /** The client throws a RuntimeException at more digits than an int has. */
    private static Response boundRetryAfter(okhttp3.Interceptor.Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        String wait = response.header(RETRY_AFTER);
        boolean endless =
                wait != null && wait.length() > MOST_DIGITS && wait.chars().allMatch(Character::isDigit);
        return endless
                ? response.newBuilder()
                        .header(RETRY_AFTER, "9".repeat(MOST_DIGITS))
                        .build()
                : response;
    }

    /** Answers a proxy that asks for it, once. */
    private record Login(Logins logins) implements Authenticator {

        private static final String HEADER = "Proxy-Authorization";

        @Override
        public Request authenticate(Route route, Response response) {
            if (route == null
                    || response.request().header(HEADER) != null
                    || !(route.proxy().address() instanceof InetSocketAddress proxy)) {
                return null;
            }
            return logins.to(proxy)
                    .map(login -> response.request()
                            .newBuilder()
                            .header(HEADER, Credentials.basic(login.getUserName(), new String(login.getPassword())))
                            .build())
                    .orElse(null);
        }
    }

    /** Notes at the failure to connect that it was a proxy which could not be reached. */
    private static final class ProxyBlame extends EventListener {
        @Override
        public void connectFailed(
                Call call, InetSocketAddress address, Proxy proxy, Protocol protocol, IOException failure) {
            boolean behindProxy = failure instanceof SSLException || failure instanceof ProxyFailure;
            if (proxy.address() instanceof InetSocketAddress server && !behindProxy) {
                failure.addSuppressed(new ProxyFailure(
                        "cannot be reached through the proxy " + server.getHostString() + ":" + server.getPort()));
            }
        }
    }
}
