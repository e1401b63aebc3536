package io.jenkins.plugins.mlops.core.http;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Trusts the Java platform's certificate authorities and more.
 *
 * @param added what is trusted besides the platform's
 */
public record Trust(SSLSocketFactory sockets, X509TrustManager manager, List<X509Certificate> added) {

    /** The platform's, those that this process was told to trust by {@link Network#use}, and those of a file. */
    public static Trust with(Path file) {
        String pem;
        try {
            pem = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw MlopsException.usage(
                    "The certificates in " + file + " cannot be read (" + e.getMessage() + "): PEM is wanted", e);
        }
        return inPlatformAnd(
                Stream.concat(Network.authorities().stream(), certificates("The file " + file, pem).stream())
                        .toList());
    }

    static Trust inPlatformAnd(List<X509Certificate> authorities) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (X509Certificate known : manager(null).getAcceptedIssuers()) {
                store.setCertificateEntry("platform-" + number++, known);
            }
            for (X509Certificate more : authorities) {
                store.setCertificateEntry("own-" + number++, more);
            }
            X509TrustManager manager = manager(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {manager}, null);
            return new Trust(context.getSocketFactory(), manager, List.copyOf(authorities));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a trust store cannot be made: " + e.getMessage(), e);
        }
    }

    /**
     * The certificates of a text in PEM form.
     *
     * @param what holds them, as the subject of a sentence
     * @throws MlopsException of kind USAGE when there are none, or what is there is none
     */
    public static List<X509Certificate> certificates(String what, String pem) {
        try {
            List<X509Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (found.isEmpty()) {
                throw MlopsException.usage(what + " holds no certificates in PEM form");
            }
            return found;
        } catch (CertificateException e) {
            throw MlopsException.usage(what + " holds what is no certificate in PEM form (" + e.getMessage() + ")", e);
        }
    }

    private static X509TrustManager manager(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
