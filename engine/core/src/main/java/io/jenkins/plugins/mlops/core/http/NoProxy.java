package io.jenkins.plugins.mlops.core.http;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The hosts of {@code no_proxy}, as curl and Go read it: names with what is below them, addresses, networks ({@code 10.0.0.0/8}), each
 * with a port or without, or {@code *}; and always the loopback interface. Names are never resolved for it.
 */
record NoProxy(List<String> entries) {

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-f:]*:[0-9a-f:.]*");

    static NoProxy parse(String variable) {
        return new NoProxy(Arrays.stream(variable.split("[,\\s]+"))
                .map(entry -> entry.toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .toList());
    }

    boolean matches(URI uri) {
        if (uri.getHost() == null) {
            return true;
        }
        String host = bare(uri.getHost().toLowerCase(Locale.ROOT));
        InetAddress address = address(host);
        if (host.equals("localhost") || address != null && address.isLoopbackAddress()) {
            return true;
        }
        return entries.stream().anyMatch(entry -> matches(entry, host, address, port(uri)));
    }

    private static boolean matches(String entry, String host, InetAddress address, int port) {
        if (entry.equals("*")) {
            return true;
        }
        int slash = entry.indexOf('/');
        if (slash > 0) {
            return address != null && within(address, address(entry.substring(0, slash)), entry.substring(slash + 1));
        }
        String name = entry;
        int colon = entry.lastIndexOf(':');
        if (colon > 0 && (entry.indexOf(':') == colon || entry.charAt(colon - 1) == ']')) {
            if (!entry.substring(colon + 1).equals(String.valueOf(port))) {
                return false;
            }
            name = entry.substring(0, colon);
        }
        name = bare(name);
        name = name.startsWith("*.") ? name.substring(2) : name.startsWith(".") ? name.substring(1) : name;
        return address != null ? address.equals(address(name)) : host.equals(name) || host.endsWith("." + name);
    }

    private static boolean within(InetAddress address, InetAddress network, String length) {
        if (network == null || network.getAddress().length != address.getAddress().length) {
            return false;
        }
        try {
            int bits = network.getAddress().length * Byte.SIZE;
            int shift = bits - Integer.parseInt(length);
            return shift >= 0
                    && shift <= bits
                    && new BigInteger(1, network.getAddress())
                            .shiftRight(shift)
                            .equals(new BigInteger(1, address.getAddress()).shiftRight(shift));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /** Null for a name. */
    private static InetAddress address(String host) {
        if (!ADDRESS.matcher(host).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
