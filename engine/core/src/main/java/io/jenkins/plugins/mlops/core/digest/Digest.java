package io.jenkins.plugins.mlops.core.digest;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 digest, written {@code sha256:} and 64 lower-case hex digits, as in OCI image references and in-toto.
 *
 * @param hex 64 lower-case hex digits
 */
public record Digest(String hex) implements Comparable<Digest> {

    private static final String PREFIX = "sha256:";
    private static final int DIGITS = 64;
    private static final int BUFFER = 1 << 17;

    public Digest {
        if (!isHex(hex, 0)) {
            throw MlopsException.usage("'" + hex + "' is not a SHA-256 digest: 64 lower-case hex digits are wanted");
        }
    }

    /**
     * Reads {@code sha256:<hex>}.
     *
     * @throws MlopsException of kind USAGE when the text has another form
     */
    @JsonCreator
    public static Digest parse(String text) {
        if (!isDigest(text)) {
            throw MlopsException.usage(
                    "'" + text + "' is not a digest: 'sha256:' and 64 lower-case hex digits are wanted");
        }
        return new Digest(text.substring(PREFIX.length()));
    }

    /** Whether {@link #parse} would take the text. */
    public static boolean isDigest(String text) {
        return text.startsWith(PREFIX) && isHex(text, PREFIX.length());
    }

    /** Whether 64 lower-case hex digits and nothing else stand from there on; manifests have tens of millions of them. */
    private static boolean isHex(String text, int from) {
        if (text.length() != from + DIGITS) {
            return false;
        }
        for (int i = from; i < text.length(); i++) {
            char digit = text.charAt(i);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    public static Digest of(byte[] bytes) {
        return finish(newSha256(), bytes);
    }

    public static Digest of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads the whole file once. */
    public static Digest of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest sha256 = newSha256();
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha256.update(buffer, 0, n);
            }
            return finish(sha256);
        }
    }

    /** The digest of what the message digest has been fed; it is reset by this. */
    public static Digest finish(MessageDigest sha256) {
        return new Digest(HexFormat.of().formatHex(sha256.digest()));
    }

    private static Digest finish(MessageDigest sha256, byte[] last) {
        return new Digest(HexFormat.of().formatHex(sha256.digest(last)));
    }

    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** {@code ab/<hex>}, as places that keep content by its digest spread it over directories. */
    public String sharded() {
        return hex.substring(0, 2) + "/" + hex;
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    /** {@code sha256:<hex>}. */
    @Override
    @JsonValue
    public String toString() {
        return PREFIX + hex;
    }
}
