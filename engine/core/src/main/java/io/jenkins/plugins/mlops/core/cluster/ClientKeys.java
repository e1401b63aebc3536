package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** The private keys of kubeconfigs. The client takes each for RSA unless it is told; many clusters make elliptic ones. */
final class ClientKeys {

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private ClientKeys() {}

    /** The algorithm of a configuration's client key; the configuration's own where there is no key, or it says so itself. */
    static String algorithm(Config config) {
        String pem = pem(config);
        int begin = pem.indexOf(BEGIN);
        int end = pem.indexOf(END);
        if (begin < 0 || end < begin) {
            return config.getClientKeyAlgo();
        }
        byte[] key = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
        for (String algorithm : new String[] {"RSA", "EC"}) {
            try {
                KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
                return algorithm;
            } catch (GeneralSecurityException e) {
                // It is of another one.
            }
        }
        return config.getClientKeyAlgo();
    }

    /** Empty for none that can be read: whoever uses the configuration says so. */
    private static String pem(Config config) {
        try {
            if (config.getClientKeyData() != null) {
                return new String(Base64.getMimeDecoder().decode(config.getClientKeyData()), StandardCharsets.US_ASCII);
            }
            return config.getClientKeyFile() == null ? "" : Files.readString(Path.of(config.getClientKeyFile()));
        } catch (IOException | IllegalArgumentException e) {
            return "";
        }
    }
}
