package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;

/** The ids that are known before any byte moves, specified in {@code docs/dataset-identity.md}. */
final class SourceIds {

    static final String MANIFEST = "manifest:";
    private static final String PREFIX = "s3-prefix:";
    private static final String PREFIX_HEADER = "mlops-s3-prefix/1\n";

    private SourceIds() {}

    static String ofManifest(Digest content) {
        return MANIFEST + content;
    }

    /** Over bucket, key, version id or ETag, and size of every object, in the order of the keys' UTF-8 bytes. */
    static String ofPrefix(List<StoredObject> objects) {
        MessageDigest sha256 = Digest.newSha256();
        sha256.update(PREFIX_HEADER.getBytes(StandardCharsets.UTF_8));
        objects.stream()
                .map(object -> new Line(
                        object.location().toString().getBytes(StandardCharsets.UTF_8),
                        object.size() + " " + (object.versionId() == null ? object.etag() : object.versionId()) + " "))
                .sorted(Comparator.comparing(Line::location, java.util.Arrays::compareUnsigned))
                .forEach(line -> {
                    sha256.update(line.state().getBytes(StandardCharsets.UTF_8));
                    sha256.update(line.location());
                    sha256.update((byte) '\n');
                });
        return PREFIX + Digest.finish(sha256);
    }

    private record Line(byte[] location, String state) {}
}
