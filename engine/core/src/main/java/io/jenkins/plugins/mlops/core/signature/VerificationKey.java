package io.jenkins.plugins.mlops.core.signature;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.util.Base64;

/**
 * A public key, Ed25519 or ECDSA P-256. Immutable and thread-safe.
 */
public final class VerificationKey {

    private final String id;
    private final String name;
    private final SignatureAlgorithm algorithm;
    private final PublicKey key;

    private VerificationKey(String id, String name, SignatureAlgorithm algorithm, PublicKey key) {
        this.id = id;
        this.name = name;
        this.algorithm = algorithm;
        this.key = key;
    }

    /**
     * A key from its encoding.
     *
     * @param spki SubjectPublicKeyInfo in DER
     * @param name for people: its file
     * @throws MlopsException of kind USAGE when it is no key of an algorithm that is used here
     */
    static VerificationKey of(byte[] spki, String name) {
        SignatureAlgorithm algorithm = SignatureAlgorithm.of(spki)
                .orElseThrow(() -> MlopsException.usage("The public key in " + name
                        + " is neither Ed25519 nor ECDSA P-256: make one of these, as docs/evidence.md says"));
        try {
            return new VerificationKey(Digest.of(spki).hex(), name, algorithm, algorithm.publicKey(spki));
        } catch (InvalidKeySpecException e) {
            throw MlopsException.usage("The public key in " + name + " is damaged: " + e.getMessage(), e);
        }
    }

    /** SHA-256 of the SubjectPublicKeyInfo in DER, 64 hex digits. */
    public String id() {
        return id;
    }

    /** As a file of {@link TrustedKeys#read} has it. */
    public String pem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    /** For people: the name of the file it came from. */
    public String name() {
        return name;
    }

    /** Whether the bytes are a signature over the message by this key; false for bytes of any other form. */
    public boolean verifies(byte[] message, byte[] signature) {
        return algorithm.verifies(key, message, signature);
    }

    /** Keys are equal by their ids. */
    @Override
    public boolean equals(Object other) {
        return other instanceof VerificationKey that && id.equals(that.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return name + " (" + id.substring(0, 16) + ")";
    }
}
