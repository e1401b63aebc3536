package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.signature.Keyring;
import java.util.Set;

/**
 * Puts what is to be kept into the form in which it is kept, signed or bare, and takes it out again. Thread-safe.
 */
public interface Sealing {

    /**
     * What was inside.
     *
     * @param signers ids of the trusted keys whose signatures hold; empty for what nobody signed whom we trust
     */
    record Opened(byte[] payload, Set<String> signers) {

        public Opened {
            signers = Set.copyOf(signers);
        }
    }

    /** The bytes to keep. */
    byte[] seal(byte[] payload);

    /**
     * Takes out what was sealed.
     *
     * @param origin what an error calls it
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind FAILED when it is no sealed thing, or a signature is wanted and
     *     does not hold
     */
    Opened open(byte[] sealed, String origin);

    /** Signs entries of journals where there is a signing key, and opens signed and bare ones. */
    static Sealing signed(Keyring keys) {
        return new SignedSealing(keys);
    }

    /** Keeps things as they are. */
    static Sealing bare() {
        return new Sealing() {
            @Override
            public byte[] seal(byte[] payload) {
                return payload;
            }

            @Override
            public Opened open(byte[] sealed, String origin) {
                return new Opened(sealed, Set.of());
            }
        };
    }
}
