package io.jenkins.plugins.mlops.core.address;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a server is, as people write it: {@code http(s)://host[:port][/path]}, without anything that could hold a secret.
 *
 * @param uri absolute, with a host, without a slash at its end
 */
public record ServerAddress(URI uri) {

    private static final int MAX_PORT = 65535;

    /**
     * Reads an address; a slash at its end is dropped.
     *
     * @param what names it in the sentence of a failure: "The endpoint"
     * @throws MlopsException of kind USAGE when it is none; the sentence never repeats a user or password
     */
    public static ServerAddress parse(String what, String text) {
        if (text.isBlank()) {
            throw MlopsException.usage(what + " is missing: an address of the form http(s)://host[:port] is wanted");
        }
        URI uri;
        try {
            uri = new URI(withoutSlash(text.trim()));
        } catch (URISyntaxException e) {
            throw wrong(what, e.getReason().toLowerCase(Locale.ROOT) + " at position " + e.getIndex());
        }
        String scheme = uri.getScheme();
        if (!"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme)) {
            throw wrong(what, "it begins with neither http:// nor https://");
        }
        if (uri.getRawAuthority() != null && uri.getRawAuthority().contains("@")) {
            throw wrong(what, "it holds a user or password, which belong into the credentials");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw wrong(what, "it has a query or fragment");
        }
        if (uri.getHost() == null) {
            throw wrong(what, "its host is no name of letters, digits, dots and hyphens");
        }
        if (uri.getPort() > MAX_PORT
                || uri.getPort() == 0
                || uri.getRawAuthority().endsWith(":")) {
            throw wrong(what, "its port is no number from 1 to " + MAX_PORT);
        }
        return new ServerAddress(uri);
    }

    /** As {@link #parse}, for servers that cannot be below a path. */
    public static ServerAddress parseRoot(String what, String text) {
        ServerAddress address = parse(what, text);
        if (!address.uri.getRawPath().isEmpty()) {
            throw wrong(what, "it has a path, which a server of this kind cannot be below");
        }
        return address;
    }

    /** Whether what is sent there can be read on the way: plain http to another machine. */
    public boolean isSentInClear() {
        return "http".equalsIgnoreCase(uri.getScheme()) && !isLoopback();
    }

    private boolean isLoopback() {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.matches("127(\\.\\d{1,3}){3}")
                || host.equals("[::1]");
    }

    private static String withoutSlash(String text) {
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private static MlopsException wrong(String what, String why) {
        return MlopsException.usage(what + " is no address of the form http(s)://host[:port]: " + why);
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
