package io.jenkins.plugins.mlops.core.store;

/** ETags as stores write them: in quotes in some answers, bare in others. */
final class Etags {

    private Etags() {}

    /** The bare ETag, null for none. */
    static String unquoted(String etag) {
        if (etag == null || etag.isEmpty()) {
            return null;
        }
        return etag.length() > 1 && etag.startsWith("\"") && etag.endsWith("\"")
                ? etag.substring(1, etag.length() - 1)
                : etag;
    }

    /** As If-Match wants it. */
    static String quoted(String etag) {
        return '"' + etag + '"';
    }
}
