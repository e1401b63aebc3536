package io.jenkins.plugins.mlops.core.http;

import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** What an {@link IOException} of an HTTP exchange means. */
public final class NetworkFailure {

    private static final int LONGEST = 200;

    private NetworkFailure() {}

    /** The failure as a {@link RetryPolicy.Transient}, unless a later try meets it too. */
    public static IOException mark(IOException e) {
        boolean hopeless = e instanceof UnknownHostException
                || e instanceof SSLHandshakeException
                || e instanceof ProxyFailure
                || e instanceof RetryPolicy.Transient;
        return hopeless ? e : new RetryPolicy.Transient(String.valueOf(e.getMessage()), e);
    }

    /** How the server failed, as the rest of a sentence that begins with its name. */
    public static String reason(IOException e) {
        Throwable root = e;
        while (root.getCause() instanceof IOException cause && !(root instanceof InterruptedIOException)) {
            root = cause;
        }
        Optional<String> proxy = ofProxy(e);
        if (proxy.isPresent()) {
            return proxy.get();
        }
        if (root instanceof UnknownHostException) {
            return "has an address that cannot be resolved";
        }
        if (root instanceof ConnectException) {
            return "does not accept connections";
        }
        if (root instanceof InterruptedIOException) {
            return "did not answer in time";
        }
        if (root instanceof SSLException) {
            return "cannot be trusted or speaks no TLS (" + oneLine(String.valueOf(root.getMessage())) + ")";
        }
        return root instanceof RetryPolicy.Transient answered
                ? oneLine(String.valueOf(answered.getMessage()))
                : "broke off (" + oneLine(String.valueOf(root.getMessage())) + ")";
    }

    /** As {@link #reason} where it was a proxy that failed and not the server; else empty. */
    public static Optional<String> ofProxy(Throwable failure) {
        for (Throwable told = failure; told != null; told = told.getCause()) {
            if (told instanceof ProxyFailure) {
                return Optional.of(told.getMessage());
            }
            for (Throwable note : told.getSuppressed()) {
                if (note instanceof ProxyFailure) {
                    return Optional.of(note.getMessage()
                            + (told instanceof ConnectException
                                    ? ", which does not accept connections"
                                    : " (" + oneLine(String.valueOf(told.getMessage())) + ")"));
                }
            }
        }
        return Optional.empty();
    }

    /** The first line of what a server said, shortened. */
    public static String oneLine(String text) {
        String line = text.lines().findFirst().orElse("").trim();
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
