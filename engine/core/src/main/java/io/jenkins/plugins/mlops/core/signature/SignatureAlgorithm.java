package io.jenkins.plugins.mlops.core.signature;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The algorithms that evidence is signed with. A key of either has one encoding alone as SubjectPublicKeyInfo (RFC 8410; RFC
 * 5480 with the uncompressed point), which is this algorithm's header and then the key.
 */
enum SignatureAlgorithm {
    /** RFC 8032. */
    ED25519("Ed25519", "302a300506032b6570032100", 32, List.of("Ed25519")),
    /**
     * FIPS 186-5 over NIST P-256 with SHA-256. Signed in DER; the plain pair of numbers, which DSSE's own example has, is
     * verified too.
     */
    ECDSA_P256(
            "EC",
            "3059301306072a8648ce3d020106082a8648ce3d03010703420004",
            64,
            List.of("SHA256withECDSA", "SHA256withECDSAinP1363Format"));

    private static final int ED25519_SIGNATURE = 64;

    private final String keys;
    private final byte[] header;
    private final int keyBytes;
    private final List<String> forms;

    SignatureAlgorithm(String keys, String header, int keyBytes, List<String> forms) {
        this.keys = keys;
        this.header = HexFormat.of().parseHex(header);
        this.keyBytes = keyBytes;
        this.forms = forms;
    }

    /** The algorithm of a SubjectPublicKeyInfo in DER; empty for one that is not used here. */
    static Optional<SignatureAlgorithm> of(byte[] spki) {
        return Arrays.stream(values())
                .filter(algorithm -> spki.length == algorithm.header.length + algorithm.keyBytes
                        && Arrays.equals(
                                spki, 0, algorithm.header.length, algorithm.header, 0, algorithm.header.length))
                .findFirst();
    }

    KeyFactory keys() {
        try {
            return KeyFactory.getInstance(keys);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java 17 has " + keys, e);
        }
    }

    /** The SubjectPublicKeyInfo of a key's raw bytes. */
    byte[] spki(byte[] key) {
        byte[] spki = Arrays.copyOf(header, header.length + key.length);
        System.arraycopy(key, 0, spki, header.length, key.length);
        return spki;
    }

    PublicKey publicKey(byte[] spki) throws InvalidKeySpecException {
        return keys().generatePublic(new X509EncodedKeySpec(spki));
    }

    byte[] sign(PrivateKey key, byte[] message) {
        try {
            Signature signature = Signature.getInstance(forms.get(0));
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key that was read cannot sign: " + e.getMessage(), e);
        }
    }

    boolean verifies(PublicKey key, byte[] message, byte[] signed) {
        if (this == ED25519 && signed.length != ED25519_SIGNATURE) {
            return false; // Java 17 takes bytes after the end
        }
        return forms.stream().anyMatch(form -> verifies(form, key, message, signed));
    }

    private static boolean verifies(String form, PublicKey key, byte[] message, byte[] signed) {
        try {
            Signature signature = Signature.getInstance(form);
            signature.initVerify(key);
            signature.update(message);
            return signature.verify(signed);
        } catch (SignatureException | InvalidKeyException e) {
            return false; // of another form, or a key that is no point of its curve
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java 17 has " + form, e);
        }
    }
}
