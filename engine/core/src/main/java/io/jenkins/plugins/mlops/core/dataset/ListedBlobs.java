package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.KeyTable;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.util.List;
import java.util.Optional;

/**
 * Which of a place's files the store listed, so that a publication need not ask for each of its own. Pages of the listing are taken as
 * long as each spares more requests than it costs: digests spread evenly, so the part of all digests that the pages cover is the part of the
 * publication's files that they tell of. What comes after the last page is not known here. Immutable once it is made; thread-safe.
 */
final class ListedBlobs {

    /** Nothing is known. */
    static final ListedBlobs NONE = new ListedBlobs();

    private static final int PAGE = 1000;
    /** Files that a page has to tell of: to make and read one costs about as much as so many requests for one object. */
    private static final int WORTH = 20;
    /** More are not kept in memory: 42 MB for each million. */
    private static final int MOST = 2_000_000;

    private final KeyTable listed = new KeyTable();
    /** Keys below the place up to this one were listed; null for all. */
    private String last = "";

    private ListedBlobs() {}

    /**
     * Lists as much as is worth it; nothing where the store does not let these credentials list.
     *
     * @param place below which each file lies under its digest
     * @param files how many are to be asked for
     * @throws MlopsException of kind INTERRUPTED or UNREACHABLE
     */
    static ListedBlobs of(ObjectStore store, S3Uri place, int files) {
        ListedBlobs blobs = new ListedBlobs();
        try {
            blobs.list(store, place, files);
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.INTERRUPTED || e.kind() == MlopsException.Kind.UNREACHABLE) {
                throw e;
            }
        }
        return blobs;
    }

    private void list(ObjectStore store, S3Uri place, int files) {
        for (int pages = 0; isWorthMore(pages, files); pages++) {
            List<StoredObject> page = store.after(place, place.key() + last, PAGE);
            if (page.isEmpty()) {
                last = null;
                return;
            }
            for (StoredObject object : page) {
                last = object.location().key().substring(place.key().length());
                Optional<Digest> digest = digest(last);
                digest.ifPresent(sha256 -> listed.putIfAbsent(KeyTable.high(sha256), low(sha256, object.size()), 0));
            }
        }
    }

    private boolean isWorthMore(int pages, int files) {
        if (files < WORTH || listed.size() > MOST - PAGE) {
            return false;
        }
        return pages == 0
                || digest(last)
                        .filter(reached -> files * covered(reached) >= (double) pages * WORTH)
                        .isPresent();
    }

    /** The part of all digests that come before this one. */
    private static double covered(Digest reached) {
        return (KeyTable.high(reached) >>> 1) / (double) Long.MAX_VALUE;
    }

    private static Optional<Digest> digest(String key) {
        String hex = key.substring(key.indexOf('/') + 1);
        return Digest.isDigest("sha256:" + hex) && new Digest(hex).sharded().equals(key)
                ? Optional.of(new Digest(hex))
                : Optional.empty();
    }

    /** A file of another size has another key. */
    private static long low(Digest sha256, long size) {
        return KeyTable.low(sha256) ^ size;
    }

    /** Whether the file is there in this size; empty when the listing does not tell. */
    Optional<Boolean> has(Digest sha256, long size) {
        return last != null && sha256.sharded().compareTo(last) > 0
                ? Optional.empty()
                : Optional.of(listed.get(KeyTable.high(sha256), low(sha256, size)) >= 0);
    }
}
