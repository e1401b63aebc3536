package io.jenkins.plugins.mlops.core.store;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Compares bytes whose digest nobody knows with their object's ETag, which is their MD5 unless they were uploaded in parts or are
 * encrypted with a key that the store does not choose (Amazon S3, "Checking object integrity"). Not thread-safe.
 */
final class EtagCheck {

    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");
    /** Encryption that leaves an ETag an MD5. */
    private static final Set<String> HARMLESS = Set.of("", "AES256");

    private final MessageDigest md5;
    private boolean encrypted;

    private EtagCheck(MessageDigest md5) {
        this.md5 = md5;
    }

    /** Null on a Java that is held to FIPS 140. */
    static EtagCheck create() {
        try {
            return new EtagCheck(MessageDigest.getInstance("MD5"));
        } catch (NoSuchAlgorithmException e) {
            return null;
        }
    }

    MessageDigest md5() {
        return md5;
    }

    /** Looks at what an answer says of its ETag. */
    void saw(UnaryOperator<String> headers) {
        encrypted |= !HARMLESS.contains(Objects.requireNonNullElse(headers.apply("x-amz-server-side-encryption"), ""))
                || headers.apply("x-amz-server-side-encryption-customer-algorithm") != null;
    }

    /** Forgets what went by and tells the MD5 that it has; null when the ETag does not speak against it. */
    String difference(String etag) {
        String found = HexFormat.of().formatHex(md5.digest());
        String said = etag == null ? "" : etag.toLowerCase(Locale.ROOT);
        return encrypted || !MD5.matcher(said).matches() || said.equals(found) ? null : found;
    }
}
