package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Which dataset is meant. Exactly one of {@code from}, {@code manifest} and {@code dvc} is given.
 *
 * @param from {@code s3://bucket/prefix}: all objects below it, as they are now
 * @param manifest a published or snapshot manifest: a file, or {@code s3://bucket/key}
 * @param dvc a {@code .dvc} file, the path of an output or below one, or {@code dvc.yaml:STAGE}
 * @param repo a local clone, bare or not, or a directory in one; null for the working directory
 * @param rev its revision; null for the working tree
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetReference(String from, String manifest, String dvc, String repo, String rev) {

    @JsonCreator
    public DatasetReference(
            @JsonProperty("from") String from,
            @JsonProperty("manifest") String manifest,
            @JsonProperty("dvc") String dvc,
            @JsonProperty("repo") String repo,
            @JsonProperty("rev") String rev) {
        if (Stream.of(from, manifest, dvc).filter(Objects::nonNull).count() != 1) {
            throw MlopsException.usage("a dataset is given by exactly one of from, manifest and dvc");
        }
        if (dvc == null && (repo != null || rev != null)) {
            throw MlopsException.usage("repo and rev belong to a dvc dataset");
        }
        if (from != null) {
            S3Uri.parse(from);
        }
        if (manifest != null && S3Uri.isS3(manifest)) {
            S3Uri.parse(manifest);
        }
        this.from = from;
        this.manifest = manifest;
        this.dvc = dvc;
        this.repo = repo;
        this.rev = rev;
    }

    public static DatasetReference ofPrefix(String s3Uri) {
        return new DatasetReference(s3Uri, null, null, null, null);
    }

    public static DatasetReference ofManifest(String fileOrS3Uri) {
        return new DatasetReference(null, fileOrS3Uri, null, null, null);
    }

    /** A manifest when the text is a file's name or ends in {@code .json}, else a prefix. */
    public static DatasetReference parse(String text) {
        return S3Uri.isS3(text) && !text.endsWith(".json") ? ofPrefix(text) : ofManifest(text);
    }

    /** An output of DVC; {@code rev} is null for the files as they are. */
    public static DatasetReference ofDvc(String target, String repo, String rev) {
        return new DatasetReference(null, null, target, repo, rev);
    }

    /** The same with the name of a manifest file or a repository taken as relative to the directory. */
    public DatasetReference relativeTo(Path directory) {
        if (dvc != null) {
            return ofDvc(
                    dvc, directory.resolve(repo == null ? "" : repo).normalize().toString(), rev);
        }
        return manifest == null || S3Uri.isS3(manifest)
                ? this
                : ofManifest(directory.resolve(manifest).normalize().toString());
    }

    /** As a person would write it. */
    @Override
    public String toString() {
        return Stream.of(from, manifest, dvc)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }
}
