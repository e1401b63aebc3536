package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.digest.Digest;

/** The names of what an evidence store has beside its journals. */
final class Layout {

    static final String RECORDS = "records/";
    static final String ENVELOPES = "envelopes/";
    static final String MANIFESTS = "manifests/";
    /** The journal of what was added. */
    static final String LOG = "log";

    private static final String SUFFIX = ".json";

    private Layout() {}

    static String record(Digest record) {
        return spread(RECORDS, record) + SUFFIX;
    }

    static String envelope(Digest record, String keyId) {
        return spread(ENVELOPES, record) + "." + keyId + SUFFIX;
    }

    static String manifest(Digest content) {
        return spread(MANIFESTS, content) + SUFFIX;
    }

    private static String spread(String room, Digest digest) {
        return room + digest.hex().substring(0, 2) + "/" + digest.hex();
    }
}
