package io.jenkins.plugins.mlops.core.event;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signature of a webhook's body: {@code sha256=} and the HMAC-SHA256 in hex, as both products send it in the header
 * {@code X-Hub-Signature} when the webhook has a secret. Thread-safe.
 */
public final class EventSignature {

    /** The header that holds it. */
    public static final String HEADER = "X-Hub-Signature";

    private static final String ALGORITHM = "HmacSHA256";
    private static final String PREFIX = "sha256=";

    private EventSignature() {}

    /** What the header of that body says. */
    public static String of(byte[] body, String secret) {
        return PREFIX + HexFormat.of().formatHex(hmac(body, secret));
    }

    /**
     * Whether who signed had the secret. Compared in constant time, whatever the header holds.
     *
     * @param header may be null, and then nothing is signed
     * @param secret not empty
     */
    public static boolean matches(byte[] body, String header, String secret) {
        byte[] given = header == null ? new byte[0] : header.trim().getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(of(body, secret).getBytes(StandardCharsets.UTF_8), given);
    }

    private static byte[] hmac(byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
