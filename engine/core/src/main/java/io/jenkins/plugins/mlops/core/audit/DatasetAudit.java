package io.jenkins.plugins.mlops.core.audit;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCheck;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.util.Optional;

/**
 * Checks whether the objects of a recorded dataset are still in the object store: by its manifest, which the lineage store has or the
 * object store, else by what lies below its prefix.
 */
public final class DatasetAudit {

    private static final int JOBS = 16;

    private final Datasets datasets;
    private final LineageStore lineage;
    private final boolean read;
    private final ProgressListener progress;

    /** @param read whether bytes are read, which takes as long as a pull; else sizes and ETags are compared */
    public DatasetAudit(Datasets datasets, LineageStore lineage, boolean read, ProgressListener progress) {
        this.datasets = datasets;
        this.lineage = lineage;
        this.read = read;
        this.progress = progress;
    }

    Check check(ResourceDescriptor set) {
        String subject = (set.name() != null ? set.name() + " " : "") + set.uri();
        Optional<Digest> content = set.digest(ResourceDescriptor.TREE);
        Optional<Manifest> manifest = content.flatMap(id -> manifest(id, set.uri()));
        if (manifest.filter(Manifest::hasObjects).isPresent()) {
            return stored(subject, manifest.get());
        }
        Optional<String> source = set.annotation("sourceId");
        if (set.uri() == null
                || source.isEmpty()
                || !S3Uri.isS3(set.uri())
                || set.uri().endsWith(".json")) {
            return new Check(
                    "dataset",
                    subject,
                    Outcome.UNKNOWN,
                    "its manifest is not here, and it is no prefix that could be listed");
        }
        DatasetVersion now = datasets.resolve(DatasetReference.ofPrefix(set.uri()));
        boolean same = now.sourceId().equals(source.get());
        return new Check(
                "dataset",
                subject,
                same ? Outcome.OK : Outcome.FAILED,
                same
                        ? "below the prefix lies what lay there, by ETags and sizes"
                        : "below the prefix lies another state now, " + now.sourceId());
    }

    private Optional<Manifest> manifest(Digest content, String uri) {
        if (lineage.holdsManifest(content)) {
            return Optional.of(Manifest.read(lineage.manifest(content)));
        }
        if (uri == null || !S3Uri.isS3(uri) || !uri.endsWith(".json")) {
            return Optional.empty();
        }
        Optional<Manifest> published = datasets.manifest(DatasetReference.ofManifest(uri));
        if (published.filter(manifest -> !manifest.content().equals(content)).isPresent()) {
            throw MlopsException.failed("The manifest " + uri + " is another one now: its content id is "
                    + published.get().content());
        }
        return published;
    }

    private Check stored(String subject, Manifest manifest) {
        DatasetCheck check = datasets.checkStored(manifest, read, JOBS, progress);
        String files = Amounts.filesAndBytes(check.files(), check.bytes());
        if (check.intact()) {
            boolean pinned = manifest.entries().stream().allMatch(entry -> entry.etag() != null);
            String how = read ? "by their bytes" : pinned ? "by size and ETag" : "by size";
            return new Check("dataset", subject, Outcome.OK, files + " are in the store as they were, " + how);
        }
        DatasetCheck.Problem first = check.problems().get(0);
        return new Check(
                "dataset",
                subject,
                Outcome.FAILED,
                check.problems().size() + " of " + files + " are not what they were: " + first.path() + " "
                        + first.problem() + (check.problems().size() > 1 ? ", and more" : ""));
    }
}
