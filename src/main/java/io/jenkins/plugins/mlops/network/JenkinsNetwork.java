package io.jenkins.plugins.mlops.network;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.ProxyConfiguration;
import hudson.init.InitMilestone;
import hudson.init.Initializer;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.http.Network;
import io.jenkins.plugins.mlops.core.http.Trust;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * How this plugin gets to servers. On the controller: through the proxy that Jenkins is configured with, but for its "no proxy" hosts;
 * without one, as the process says. An agent has a network of its own, so there the process says it. Both trust the authorities of
 * the plugin's configuration besides those of their Java. Thread-safe.
 */
@Restricted(NoExternalUse.class)
public final class JenkinsNetwork {

    private static final Logger LOGGER = Logger.getLogger(JenkinsNetwork.class.getName());

    private static final Object INSTALLING = new Object();

    /** What an agent was told last; the text, since making a trust store of it takes a while. */
    private static String toldAgent = "";

    private JenkinsNetwork() {}

    /** Before anything is asked of a server: no job and no form is there yet. */
    @Initializer(after = InitMilestone.EXTENSIONS_AUGMENTED, before = InitMilestone.JOB_LOADED)
    public static void start() {
        try {
            useOnController(MlopsConfiguration.get().getCertificates());
        } catch (MlopsException e) {
            LOGGER.log(Level.WARNING, e, () -> "The certificates of the configuration are not trusted");
            useOnController(null);
        }
    }

    /**
     * Has connections that are made from now on trust these, too.
     *
     * @throws MlopsException of kind USAGE when they are none
     */
    public static void useOnController(@CheckForNull String certificates) {
        Network.use(new Network(new Proxies(), JenkinsNetwork::login, authorities(certificates)));
    }

    /** As {@link #useOnController}, in the JVM of an agent. */
    public static void useOnAgent(@NonNull String certificates) {
        synchronized (INSTALLING) {
            if (!certificates.equals(toldAgent)) {
                Network.use(Network.PROCESS.trusting(authorities(certificates)));
                toldAgent = certificates;
            }
        }
    }

    /**
     * The certificates of a text.
     *
     * @throws MlopsException of kind USAGE when there are none; an absent text has none to be wrong
     */
    @NonNull
    public static List<X509Certificate> authorities(@CheckForNull String certificates) {
        return certificates == null || certificates.isBlank()
                ? List.of()
                : Trust.certificates("The field 'Certificate authorities'", certificates);
    }

    @CheckForNull
    private static ProxyConfiguration configured() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        ProxyConfiguration proxy = jenkins == null ? null : jenkins.getProxy();
        return proxy == null || proxy.getName() == null || proxy.getName().isBlank() ? null : proxy;
    }

    private static Optional<PasswordAuthentication> login(InetSocketAddress asks) {
        ProxyConfiguration proxy = configured();
        if (proxy == null) {
            return Network.PROCESS.login(asks);
        }
        boolean itself =
                asks.getHostString().equalsIgnoreCase(proxy.getName().trim()) && asks.getPort() == proxy.getPort();
        String user = proxy.getUserName();
        return !itself || user == null || user.isBlank()
                ? Optional.empty()
                : Optional.of(new PasswordAuthentication(
                        user,
                        proxy.getSecretPassword() == null
                                ? new char[0]
                                : proxy.getSecretPassword().getPlainText().toCharArray()));
    }

    /** Asked for each connection, so that a change of Jenkins' configuration holds at once. */
    private static final class Proxies extends ProxySelector {

        @Override
        public List<Proxy> select(URI uri) {
            ProxyConfiguration proxy = configured();
            return proxy == null ? Network.PROCESS.proxies(uri) : List.of(proxy.createProxy(uri.getHost()));
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException failure) {
            LOGGER.log(Level.FINE, failure, () -> "no connection to the proxy " + address);
        }
    }
}
