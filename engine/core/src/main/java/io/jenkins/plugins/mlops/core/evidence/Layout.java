package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of what an evidence store has beside its journals. */
final class Layout {

    static final String RECORDS = "records/";
    static final String ENVELOPES = "envelopes/";
    static final String MANIFESTS = "manifests/";
    /** The journal of what was added. */
    static final String LOG = "log";

    private static final String SUFFIX = ".json";

    private static final Pattern OBJECT = Pattern.compile(
            "(records|manifests|envelopes)/([0-9a-f]{2})/(\\2[0-9a-f]{62})(?:\\.([0-9a-f]{64}))?\\.json");

    private Layout() {}

    /** A name taken apart. @param digest that is part of it @param keyId of an envelope, else null */
    record Name(String room, Digest digest, String keyId) {}

    /** What a name says; empty for a name of another form. */
    static Optional<Name> parse(String name) {
        Matcher parts = OBJECT.matcher(name);
        if (!parts.matches() || parts.group(1).equals("envelopes") != (parts.group(4) != null)) {
            return Optional.empty();
        }
        return Optional.of(new Name(parts.group(1) + "/", new Digest(parts.group(3)), parts.group(4)));
    }

    /** Whether it lies where only records, envelopes and manifests belong. */
    static boolean isInRoom(String name) {
        return name.startsWith(RECORDS) || name.startsWith(ENVELOPES) || name.startsWith(MANIFESTS);
    }

    /** What the names of all envelopes of a record begin with. */
    static String envelopes(Digest record) {
        return spread(ENVELOPES, record) + ".";
    }

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
        return room + digest.sharded();
    }
}
