package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import java.io.Serializable;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;

/** A dataset version as a Pipeline script sees it: what a step resolved, pulled or published. Immutable. */
public final class Dataset implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String name;
    private final String version;
    private final String sourceId;
    private final String source;
    private final long files;
    private final long bytes;
    private final String directory;
    private final long downloadedFiles;
    private final long downloadedBytes;
    private final boolean partial;
    private final DvcTarget dvc;

    /** Whether the source is a prefix and no manifest; null in builds of older versions, which went by the source's end. */
    @CheckForNull
    private final Boolean prefix;

    Dataset(
            String name,
            @CheckForNull String version,
            String sourceId,
            String source,
            long files,
            long bytes,
            @CheckForNull String directory,
            long downloadedFiles,
            long downloadedBytes,
            boolean partial,
            @CheckForNull DvcTarget dvc,
            boolean prefix) {
        this.name = name;
        this.version = version;
        this.sourceId = sourceId;
        this.source = source;
        this.files = files;
        this.bytes = bytes;
        this.directory = directory;
        this.downloadedFiles = downloadedFiles;
        this.downloadedBytes = downloadedBytes;
        this.partial = partial;
        this.dvc = dvc;
        this.prefix = prefix;
    }

    /** A version that stays where it is. @param reference what resolves it again: a prefix or a manifest */
    static Dataset of(DatasetVersion version, DatasetReference reference) {
        return of(version, reference.toString(), null, reference.from() != null);
    }

    /** An output of DVC that stays where it is. */
    static Dataset of(DatasetVersion version, DvcTarget dvc) {
        return of(version, version.source(), dvc, false);
    }

    private static Dataset of(DatasetVersion version, String source, @CheckForNull DvcTarget dvc, boolean prefix) {
        return new Dataset(
                version.name(),
                version.contentId() == null ? null : version.contentId().toString(),
                version.sourceId(),
                source,
                version.files(),
                version.bytes(),
                null,
                0,
                0,
                false,
                dvc,
                prefix);
    }

    /** A version that was pulled. @param directory on the node */
    static Dataset pulled(PullResult result, DatasetAddress address, String directory) {
        DatasetVersion version = result.version();
        return new Dataset(
                version.name(),
                version.contentId().toString(),
                version.sourceId(),
                address.dvc() == null ? address.toString() : version.source(),
                result.files(),
                result.bytes(),
                directory,
                result.downloadedFiles(),
                result.downloadedBytes(),
                result.files() != version.files(),
                address.dvc(),
                address.isPrefix());
    }

    @Whitelisted
    @NonNull
    public String getName() {
        return name;
    }

    /** The content id, {@code sha256:...}; null while nobody has read the bytes yet. */
    @Whitelisted
    @CheckForNull
    public String getVersion() {
        return version;
    }

    /** Known before any byte moves. */
    @Whitelisted
    @NonNull
    public String getSourceId() {
        return sourceId;
    }

    /**
     * What resolves it again: the address of a manifest or of a prefix, or a manifest's path in the workspace. Of DVC: the repository, the
     * commit and the output, for people.
     */
    @Whitelisted
    @NonNull
    public String getSource() {
        return source;
    }

    /** What resolves it again in a repository of the workspace, with {@link #getRepo} and {@link #getRev}; null for what DVC does not have. */
    @Whitelisted
    @CheckForNull
    public String getDvc() {
        return dvc == null ? null : dvc.target();
    }

    @Whitelisted
    @CheckForNull
    public String getRepo() {
        return dvc == null ? null : dvc.repo();
    }

    @Whitelisted
    @CheckForNull
    public String getRev() {
        return dvc == null ? null : dvc.rev();
    }

    /** Files of the version; after a pull, those in the directory. */
    @Whitelisted
    public long getFiles() {
        return files;
    }

    /** The size of these files. */
    @Whitelisted
    public long getBytes() {
        return bytes;
    }

    /** The absolute path on the node where it was pulled to; null when it was not. */
    @Whitelisted
    @CheckForNull
    public String getDirectory() {
        return directory;
    }

    /** Files that a pull found neither in the directory nor in the cache. */
    @Whitelisted
    public long getDownloadedFiles() {
        return downloadedFiles;
    }

    /** What came over the network for them. */
    @Whitelisted
    public long getDownloadedBytes() {
        return downloadedBytes;
    }

    /** Whether a pull left files of the version out. */
    @Whitelisted
    public boolean isPartial() {
        return partial;
    }

    /** What means it again: an address, or of DVC an output of a repository in the workspace. */
    @NonNull
    public DatasetReference reference() {
        if (dvc != null) {
            return DatasetReference.ofDvc(dvc.target(), dvc.repo(), dvc.rev());
        }
        if (prefix == null) {
            return DatasetReference.parse(source);
        }
        return prefix ? DatasetReference.ofPrefix(source) : DatasetReference.ofManifest(source);
    }

    @Override
    public String toString() {
        return name + " " + (version == null ? sourceId : version);
    }
}
