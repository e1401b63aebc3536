package io.jenkins.plugins.mlops.core.signature;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A private key, Ed25519 or ECDSA P-256, from a PEM file with an unencrypted {@code PRIVATE KEY} (PKCS#8, RFC 5958), as
 * {@code openssl genpkey} writes it. The public key is taken from a {@code PUBLIC KEY} in the same file, from the private
 * key's own encoding, or, for Ed25519, computed. Immutable and thread-safe.
 */
public final class SigningKey {

    private static final byte[] ED25519 = HexFormat.of().parseHex("06032b6570");
    private static final byte[] P256 = HexFormat.of().parseHex("06072a8648ce3d020106082a8648ce3d030107");
    private static final byte[] CHECK = {'m', 'l', 'o', 'p', 's'};

    private final SignatureAlgorithm algorithm;
    private final PrivateKey key;
    private final VerificationKey publicKey;

    private SigningKey(SignatureAlgorithm algorithm, PrivateKey key, VerificationKey publicKey) {
        this.algorithm = algorithm;
        this.key = key;
        this.publicKey = publicKey;
    }

    /**
     * Reads a key.
     *
     * @throws MlopsException of kind USAGE when the file is absent, or holds no such key; the sentence holds nothing of the key
     */
    public static SigningKey read(Path file) {
        return read(PemFile.read(file), file);
    }

    /**
     * As {@link #read(Path)}, from text.
     *
     * @param name what an error calls it
     */
    public static SigningKey parse(String pem, String name) {
        Path file = Path.of(name);
        return read(PemFile.parse(pem, file), file);
    }

    private static SigningKey read(PemFile pem, Path file) {
        List<PemFile.Block> keys = pem.of(PemFile.PRIVATE);
        if (keys.size() != 1) {
            throw MlopsException.usage("The signing key " + file + " holds " + (keys.isEmpty() ? "no" : "more than one")
                    + " 'BEGIN PRIVATE KEY'" + hint(pem));
        }
        List<PemFile.Block> publicKeys = pem.of(PemFile.PUBLIC);
        try {
            return read(
                    keys.get(0).der(),
                    publicKeys.isEmpty() ? null : publicKeys.get(0).der(),
                    file);
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw MlopsException.usage("The signing key " + file + " is damaged: it is no PKCS#8 of a known form", e);
        }
    }

    private static SigningKey read(byte[] pkcs8, byte[] spki, Path file) throws GeneralSecurityException {
        Der info = new Der(new Der(pkcs8).next(Der.SEQUENCE));
        info.next(Der.INTEGER);
        byte[] algorithm = info.next(Der.SEQUENCE);
        byte[] secret = info.next(Der.OCTET_STRING);
        SigningKey read;
        if (Arrays.equals(algorithm, ED25519)) {
            byte[] seed = new Der(secret).next(Der.OCTET_STRING);
            PrivateKey key = SignatureAlgorithm.ED25519
                    .keys()
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
            byte[] known = spki != null ? spki : publicKeyOf(seed);
            read = new SigningKey(SignatureAlgorithm.ED25519, key, VerificationKey.of(known, name(file)));
        } else if (Arrays.equals(algorithm, P256)) {
            PrivateKey key = SignatureAlgorithm.ECDSA_P256.keys().generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            byte[] known = spki != null ? spki : publicKeyIn(secret, file);
            read = new SigningKey(SignatureAlgorithm.ECDSA_P256, key, VerificationKey.of(known, name(file)));
        } else {
            throw MlopsException.usage("The signing key " + file
                    + " is neither Ed25519 nor ECDSA P-256: make one of these, as docs/evidence.md says");
        }
        if (!read.publicKey.verifies(CHECK, read.sign(CHECK))) {
            throw MlopsException.usage("The PUBLIC KEY in " + file
                    + " is not that of its PRIVATE KEY: make it anew with" + " 'openssl pkey -in KEY -pubout'");
        }
        return read;
    }

    /**
     * The public key of an Ed25519 seed. Java has no operation for it, but its generator takes nothing else from its source of
     * randomness than the seed; {@link #read} checks what comes out.
     */
    private static byte[] publicKeyOf(byte[] seed) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new SecureRandom() {
            private static final long serialVersionUID = 1;

            @Override
            public void nextBytes(byte[] bytes) {
                if (bytes.length != seed.length) {
                    throw new IllegalArgumentException("a seed of " + bytes.length + " bytes is wanted");
                }
                System.arraycopy(seed, 0, bytes, 0, bytes.length);
            }
        });
        return generator.generateKeyPair().getPublic().getEncoded();
    }

    /** The public key that SEC 1's ECPrivateKey may hold: the uncompressed point, after the byte of unused bits and 0x04. */
    private static byte[] publicKeyIn(byte[] ecPrivateKey, Path file) {
        Der parts = new Der(new Der(ecPrivateKey).next(Der.SEQUENCE));
        while (!parts.isAtEnd()) {
            int tag = parts.tag();
            byte[] part = parts.next();
            if (tag == Der.PUBLIC_KEY) {
                byte[] point = new Der(part).next(Der.BIT_STRING);
                if (point.length == 66 && point[0] == 0 && point[1] == 4) {
                    return SignatureAlgorithm.ECDSA_P256.spki(Arrays.copyOfRange(point, 2, point.length));
                }
            }
        }
        throw MlopsException.usage("The signing key " + file + " does not hold its public key: add it with"
                + " 'openssl pkey -in KEY -pubout >> KEY'");
    }

    private static String hint(PemFile pem) {
        if (pem.blocks().stream().anyMatch(block -> block.label().equals("ENCRYPTED PRIVATE KEY"))) {
            return ": it is encrypted, and nobody is there to type a password; decrypt it with"
                    + " 'openssl pkey -in KEY -out PLAIN', and protect the file by its permissions";
        }
        return pem.blocks().stream().anyMatch(block -> block.label().equals("EC PRIVATE KEY"))
                ? ": convert it with 'openssl pkcs8 -topk8 -nocrypt -in KEY -out PKCS8'"
                : ": make one with 'openssl genpkey -algorithm ed25519 -out KEY'";
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** The key that verifies what this one signs. */
    public VerificationKey publicKey() {
        return publicKey;
    }

    /** The {@link VerificationKey#id} of the public key. */
    public String id() {
        return publicKey.id();
    }

    public byte[] sign(byte[] message) {
        return algorithm.sign(key, message);
    }

    /** Says which key it is, nothing of it. */
    @Override
    public String toString() {
        return "SigningKey[" + id() + "]";
    }
}
