package io.jenkins.plugins.mlops.lineage;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.ControllerDirectory;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import io.jenkins.plugins.mlops.core.signature.VerificationKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The key with which this controller signs the records that it makes, and the public keys with which it has: {@code mlops/keys} of its
 * home has one file a key, written when the key is first used, so that records stay valid when an administrator changes the key. Who
 * must not be believed any more is deleted there.
 */
public final class SigningKeys {

    private SigningKeys() {}

    /**
     * The key that is configured, with its public half kept; empty without one.
     *
     * @throws MlopsException of kind USAGE when the credentials do not exist or hold no key
     */
    @NonNull
    static Optional<SigningKey> current() {
        Optional<SigningKey> key = MlopsConfiguration.get().signingKey();
        key.map(SigningKey::publicKey).ifPresent(SigningKeys::keep);
        return key;
    }

    private static void keep(VerificationKey key) {
        Path file = directory().resolve(key.id() + ".pem");
        if (!Files.exists(file)) {
            try {
                Documents.writeAtomically(file, key.pem());
            } catch (IOException e) {
                throw MlopsException.failed("The public key " + file + " cannot be written: " + e, e);
            }
        }
    }

    /** The keys whose signatures are believed. */
    @NonNull
    public static TrustedKeys trusted() {
        Path directory = directory();
        if (!Files.isDirectory(directory)) {
            return TrustedKeys.none();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".pem"))
                    ? TrustedKeys.read(directory)
                    : TrustedKeys.none();
        } catch (IOException e) {
            throw MlopsException.failed("The public keys in " + directory + " cannot be read: " + e, e);
        }
    }

    private static Path directory() {
        return ControllerDirectory.part("keys");
    }
}
