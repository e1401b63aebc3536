package io.jenkins.plugins.mlops.core.event;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The token with which a webhook proves itself that signs nothing: the header {@code Authorization}. MinIO sends a token of one word
 * as {@code Bearer TOKEN}, and one of two words, which begins with a scheme, as it is; others send a token as it is. Thread-safe.
 */
public final class BearerToken {

    /** The header that holds it. */
    public static final String HEADER = "Authorization";

    private static final String SCHEME = "Bearer ";

    private BearerToken() {}

    /**
     * Whether who sent had the token. Compared in constant time, whatever the header holds.
     *
     * @param header may be null, and then nothing is proven
     * @param token with or without {@code Bearer}; not empty
     */
    public static boolean matches(String header, String token) {
        return header != null && MessageDigest.isEqual(hashed(header), hashed(token));
    }

    /** Of one length, whatever it is of. */
    private static byte[] hashed(String text) {
        String trimmed = text.trim();
        String token = trimmed.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? trimmed.substring(SCHEME.length()).trim()
                : trimmed;
        return Digest.of(token).hex().getBytes(StandardCharsets.US_ASCII);
    }
}
