package io.jenkins.plugins.mlops.core.signature;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** Keys in files for tests. */
public final class Keys {

    private Keys() {}

    /** A new Ed25519 key. */
    public static SigningKey ed25519(Path file) {
        try {
            return write(file, KeyPairGenerator.getInstance("Ed25519").generateKeyPair(), false);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A new ECDSA P-256 key. */
    public static SigningKey p256(Path file) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return write(file, generator.generateKeyPair(), true);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SigningKey write(Path file, KeyPair pair, boolean withPublicKey) {
        try {
            Files.writeString(
                    file,
                    pem("PRIVATE KEY", pair.getPrivate().getEncoded())
                            + (withPublicKey
                                    ? pem("PUBLIC KEY", pair.getPublic().getEncoded())
                                    : ""));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return SigningKey.read(file);
    }

    static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }
}
