package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/** The ids that are known before any byte moves, specified in {@code docs/dataset-identity.md}. */
final class SourceIds {

    static final String MANIFEST = "manifest:";
    static final String COMBINED = "combined:";
    private static final String PREFIX = "s3-prefix:";
    /** Of a prefix at a past time: with the versions that a listing of what lies there now does not tell. */
    static final String PAST = "s3-prefix-versions:";

    /** The version of an object that was written before its bucket kept any; it says nothing of its bytes. */
    private static final String UNVERSIONED = "null";

    private static final String PREFIX_HEADER = "mlops-s3-prefix/1\n";

    private SourceIds() {}

    static String ofManifest(Digest content) {
        return MANIFEST + content;
    }

    /**
     * The id of a prefix, over bucket, key, version id or ETag, and size of every object, in the order of the keys' UTF-8 bytes, as a
     * store lists them. Not thread-safe.
     */
    static final class OfPrefix {
        private final MessageDigest sha256 = Digest.newSha256();
        private final boolean past;
        private byte[] last = {};

        /** @param past whether the objects' versions are known */
        OfPrefix(boolean past) {
            this.past = past;
            sha256.update(PREFIX_HEADER.getBytes(StandardCharsets.UTF_8));
        }

        void add(StoredObject object) {
            byte[] location = bytes(object);
            if (Arrays.compareUnsigned(last, location) >= 0) {
                throw MlopsException.failed("The store does not list " + object.location()
                        + " in the order of the keys' bytes, as S3 does, so a prefix of it cannot be identified: publish"
                        + " the dataset instead");
            }
            last = location;
            boolean versioned =
                    object.versionId() != null && !object.versionId().equals(UNVERSIONED);
            String state = versioned ? object.versionId() : object.etag();
            sha256.update((object.size() + " " + state + " ").getBytes(StandardCharsets.UTF_8));
            sha256.update(location);
            sha256.update((byte) '\n');
        }

        String finish() {
            return (past ? PAST : PREFIX) + Digest.finish(sha256);
        }

        static byte[] bytes(StoredObject object) {
            return object.location().toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
