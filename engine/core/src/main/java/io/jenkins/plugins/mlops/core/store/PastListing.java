package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.minio.ListObjectVersionsArgs;
import io.minio.messages.Item;
import io.minio.messages.ListVersionsResult;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What lay below a prefix at a time, told by the versions that a bucket keeps: of every key the newest version that was there by
 * then, unless that is a delete marker. Pages are read one after the other and only the last key of a page is kept, whose
 * versions may go on in the next. Specified by {@code ListObjectVersions} of S3's API; versions come newest first, keys in the order of
 * their UTF-8 bytes, versions and delete markers apart.
 */
final class PastListing {

    private static final int PAGE = 1000;

    /** Of a version that was written while the bucket kept none: it may have replaced another. */
    private static final String UNVERSIONED = "null";

    private static final Comparator<String> KEY_ORDER = Comparator.comparing(
            key -> key.getBytes(StandardCharsets.UTF_8), (one, other) -> Arrays.compareUnsigned(one, other));

    private final ObjectStore store;
    private final S3Uri prefix;
    private final Instant at;
    private final Consumer<StoredObject> each;

    PastListing(ObjectStore store, S3Uri prefix, Instant at, Consumer<StoredObject> each) {
        this.store = store;
        this.prefix = prefix;
        this.at = at;
        this.each = each;
    }

    /** What is known of a key so far. */
    private static final class Past {
        /** The newest that was there by the time, a version or a delete marker; null for none. */
        private Item last;
        /** Whether a state may have been lost since. */
        private boolean replaced;
    }

    void run() {
        TreeMap<String, Past> open = new TreeMap<>(KEY_ORDER);
        ListVersionsResult page = null;
        do {
            page = store.versions(prefix, request(page));
            for (Item version : items(page)) {
                see(open.computeIfAbsent(version.objectName(), key -> new Past()), version);
            }
            while (open.size() > 1) {
                tell(open.pollFirstEntry());
            }
        } while (page.isTruncated());
        while (!open.isEmpty()) {
            tell(open.pollFirstEntry());
        }
    }

    private ListObjectVersionsArgs request(ListVersionsResult before) {
        ListObjectVersionsArgs.Builder args = ListObjectVersionsArgs.builder()
                .bucket(prefix.bucket())
                .prefix(prefix.key())
                .encodingType("url")
                .maxKeys(PAGE);
        if (before != null) {
            if (before.nextKeyMarker() == null
                    || before.nextKeyMarker().equals(before.keyMarker())
                            && String.valueOf(before.nextVersionIdMarker()).equals(before.versionIdMarker())) {
                throw MlopsException.failed("The store does not say how its list of the versions below " + prefix
                        + " goes on, so what lay there at " + at + " cannot be told: snapshot what lies there now");
            }
            args.keyMarker(before.nextKeyMarker());
            if (before.nextVersionIdMarker() != null) {
                args.versionIdMarker(before.nextVersionIdMarker());
            }
        }
        return args.build();
    }

    private static List<Item> items(ListVersionsResult page) {
        List<Item> items = new ArrayList<>(page.contents());
        items.addAll(page.deleteMarkers());
        items.forEach(item -> item.setEncodingType(page.encodingType()));
        return items;
    }

    private void see(Past past, Item version) {
        Instant written = version.lastModified().toInstant();
        if (written.isAfter(at)) {
            past.replaced |= UNVERSIONED.equals(version.versionId());
        } else if (past.last == null || isNewer(version, past.last)) {
            past.last = version;
        }
    }

    /** Of versions of one time the first in the list is the newest; a delete marker stands in another list. */
    private boolean isNewer(Item version, Item other) {
        int order = version.lastModified().compareTo(other.lastModified());
        if (order != 0) {
            return order > 0;
        }
        if (version.isLatest() || other.isLatest()) {
            return version.isLatest();
        }
        if (version.isDeleteMarker() != other.isDeleteMarker()) {
            throw MlopsException.failed(
                    "The store does not tell whether " + new S3Uri(prefix.bucket(), version.objectName())
                            + " was deleted or written last at " + version.lastModified()
                            + ": choose a time before or after that second");
        }
        return false;
    }

    private void tell(Map.Entry<String, Past> key) {
        Past past = key.getValue();
        S3Uri location = new S3Uri(prefix.bucket(), key.getKey());
        if (past.replaced) {
            throw MlopsException.failed("What lay at " + location + " at " + at
                    + " is not known: it was written later while the bucket kept no versions; choose a later time");
        }
        if (past.last != null && !past.last.isDeleteMarker()) {
            each.accept(new StoredObject(
                    location, past.last.size(), Etags.unquoted(past.last.etag()), past.last.versionId()));
        }
    }
}
