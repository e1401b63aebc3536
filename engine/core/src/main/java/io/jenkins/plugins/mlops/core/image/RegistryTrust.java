package io.jenkins.plugins.mlops.core.image;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Trusts the Java platform's certificate authorities and those of a file. */
record RegistryTrust(SSLSocketFactory sockets, X509TrustManager manager) {

    /** @throws MlopsException of kind USAGE when the file has no certificates */
    static RegistryTrust with(Path certificates) {
        Collection<? extends Certificate> own = read(certificates);
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (X509Certificate known : manager(null).getAcceptedIssuers()) {
                store.setCertificateEntry("platform-" + number++, known);
            }
            for (Certificate more : own) {
                store.setCertificateEntry("own-" + number++, more);
            }
            X509TrustManager manager = manager(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {manager}, null);
            return new RegistryTrust(context.getSocketFactory(), manager);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a trust store cannot be made: " + e.getMessage(), e);
        }
    }

    private static Collection<? extends Certificate> read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw MlopsException.usage("The file " + file + " holds no certificates in PEM form");
            }
            return found;
        } catch (GeneralSecurityException | IOException e) {
            throw MlopsException.usage(
                    "The certificates in " + file + " cannot be read (" + e.getMessage() + "): PEM is wanted", e);
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
