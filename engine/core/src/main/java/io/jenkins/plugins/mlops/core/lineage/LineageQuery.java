package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.digest.Digest;

/** A reverse question: which models came from this? */
public sealed interface LineageQuery {

    /**
     * Models trained or evaluated on a dataset.
     *
     * @param id a content id ({@code sha256:...} or its hex, which may be shortened to 8 digits or more), a source id
     *     ({@code s3-prefix:...}), a name that stands for one version, or {@code NAME@ID}
     */
    record OfDataset(String id) implements LineageQuery {}

    /** Models whose datasets contain a file, or that contain it themselves. */
    record OfFile(Digest sha256) implements LineageQuery {}

    /** Models whose datasets contain files of a group, such as a recording. */
    record OfGroup(String group) implements LineageQuery {}

    /** Models trained from a commit. @param prefix 7 to 64 hex digits */
    record OfCommit(String prefix) implements LineageQuery {}

    /** Models trained in an image. @param reference a repository, {@code repository@sha256:...}, or the digest alone */
    record OfImage(String reference) implements LineageQuery {}

    /** Models that started from this one. */
    record OfModel(Digest digest) implements LineageQuery {}

    static LineageQuery dataset(String id) {
        return new OfDataset(id);
    }

    static LineageQuery file(Digest sha256) {
        return new OfFile(sha256);
    }

    static LineageQuery group(String group) {
        return new OfGroup(group);
    }

    static LineageQuery commit(String prefix) {
        return new OfCommit(prefix);
    }

    static LineageQuery image(String reference) {
        return new OfImage(reference);
    }

    static LineageQuery model(Digest digest) {
        return new OfModel(digest);
    }
}
