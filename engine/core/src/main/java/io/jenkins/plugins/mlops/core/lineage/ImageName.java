package io.jenkins.plugins.mlops.core.lineage;

/**
 * The parts of an image reference.
 *
 * @param repository without scheme and digest, empty for none
 * @param digest 64 hex digits, empty for none
 */
record ImageName(String repository, String digest) {

    private static final String DIGEST = "sha256:";

    /** @param reference {@code [oci://]repository[@sha256:hex]}, {@code sha256:hex}, or null */
    static ImageName of(String reference) {
        if (reference == null) {
            return new ImageName("", "");
        }
        int scheme = reference.indexOf("://");
        String rest = scheme < 0 ? reference : reference.substring(scheme + 3);
        if (rest.startsWith(DIGEST)) {
            return new ImageName("", rest.substring(DIGEST.length()));
        }
        int at = rest.indexOf("@" + DIGEST);
        return at < 0
                ? new ImageName(rest, "")
                : new ImageName(rest.substring(0, at), rest.substring(at + 1 + DIGEST.length()));
    }
}
