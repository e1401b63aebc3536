package io.jenkins.plugins.mlops.core.signature;

/**
 * The keys of one who keeps evidence. Who signs believes their own signatures.
 *
 * @param signing null for one who does not sign
 * @param trusted whose signatures are believed, the own key's among them
 */
public record Keyring(SigningKey signing, TrustedKeys trusted) {

    public Keyring {
        trusted = signing == null ? trusted : trusted.with(signing.publicKey());
    }

    /** No key at all: nothing is signed, and no signature is believed. */
    public static Keyring empty() {
        return new Keyring(null, TrustedKeys.none());
    }
}
