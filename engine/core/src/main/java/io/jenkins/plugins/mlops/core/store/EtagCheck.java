package io.jenkins.plugins.mlops.core.store;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares bytes whose digest nobody knows with their object's ETag. That is their MD5, or, when they were uploaded in parts, the MD5 of the
 * parts' MD5s, a hyphen and the number of parts; unless they are encrypted with a key that the store does not choose (Amazon S3,
 * "Checking object integrity"). Not thread-safe.
 */
final class EtagCheck {

    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern OF_PARTS = Pattern.compile("[0-9a-f]{32}-([1-9][0-9]{0,4})");
    /** Encryption that leaves an ETag an MD5. */
    private static final Set<String> HARMLESS = Set.of("", "AES256");

    private final MessageDigest md5;

    /** Number of parts; 0 for bytes that were uploaded in one request. */
    private final int parts;

    private boolean encrypted;

    private EtagCheck(MessageDigest md5, int parts) {
        this.md5 = md5;
        this.parts = parts;
    }

    /** Null on a Java that is held to FIPS 140. */
    static EtagCheck create() {
        try {
            return new EtagCheck(MessageDigest.getInstance("MD5"), 0);
        } catch (NoSuchAlgorithmException e) {
            return null;
        }
    }

    /**
     * For bytes that were uploaded in so many parts.
     *
     * @param partSize bytes of the first
     * @return null when the parts cannot all have that size, and on a Java that is held to FIPS 140
     */
    static EtagCheck ofParts(int parts, long partSize, long size) {
        if (partSize <= 0 || (size + partSize - 1) / partSize != parts) {
            return null;
        }
        try {
            return new EtagCheck(new PartsMd5(partSize), parts);
        } catch (NoSuchAlgorithmException e) {
            return null;
        }
    }

    /** In how many parts an object was uploaded; 0 when its ETag does not say that it was. @param etag null for none */
    static int parts(String etag) {
        Matcher ofParts = OF_PARTS.matcher(lower(etag));
        return ofParts.matches() ? Integer.parseInt(ofParts.group(1)) : 0;
    }

    boolean isOfParts() {
        return parts > 0;
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
        String found = HexFormat.of().formatHex(md5.digest()) + (isOfParts() ? "-" + parts : "");
        String said = lower(etag);
        boolean comparable =
                isOfParts() ? parts(said) == parts : MD5.matcher(said).matches();
        return encrypted || !comparable || said.equals(found) ? null : found;
    }

    private static String lower(String etag) {
        return etag == null ? "" : etag.toLowerCase(Locale.ROOT);
    }
}
