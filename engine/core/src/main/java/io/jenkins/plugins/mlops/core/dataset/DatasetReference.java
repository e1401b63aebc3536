package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Which dataset is meant. Exactly one of {@code from}, {@code manifest} and {@code dvc} is given.
 *
 * @param from {@code s3://bucket/prefix}: all objects below it
 * @param manifest a published or snapshot manifest: a file, or {@code s3://bucket/key}
 * @param dvc a {@code .dvc} file, the path of an output or below one, or {@code dvc.yaml:STAGE}; seen from {@code repo}, or from the
 *     root of the repository when it begins with {@code :/}
 * @param repo a local clone, bare or not, or a directory in one; null for the working directory
 * @param rev its revision; null for the working tree
 * @param asOf the time at which the objects below {@code from} are meant, ISO 8601 with a time zone; null for now
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetReference(String from, String manifest, String dvc, String repo, String rev, String asOf) {

    @JsonCreator
    public DatasetReference(
            @JsonProperty("from") String from,
            @JsonProperty("manifest") String manifest,
            @JsonProperty("dvc") String dvc,
            @JsonProperty("repo") String repo,
            @JsonProperty("rev") String rev,
            @JsonProperty("asOf") String asOf) {
        if (Stream.of(from, manifest, dvc).filter(Objects::nonNull).count() != 1) {
            throw MlopsException.usage("a dataset is given by exactly one of from, manifest and dvc");
        }
        if (dvc == null && (repo != null || rev != null)) {
            throw MlopsException.usage("repo and rev belong to a dvc dataset");
        }
        if (asOf != null && from == null) {
            throw MlopsException.usage("a time belongs to a prefix: a manifest does not change, and dvc has a rev");
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
        this.asOf = asOf == null ? null : time(asOf).toString();
    }

    public static DatasetReference ofPrefix(String s3Uri) {
        return new DatasetReference(s3Uri, null, null, null, null, null);
    }

    public static DatasetReference ofManifest(String fileOrS3Uri) {
        return new DatasetReference(null, fileOrS3Uri, null, null, null, null);
    }

    /** What lay below a prefix at a time, where the bucket keeps versions. */
    public static DatasetReference ofPrefix(String s3Uri, Instant at) {
        return new DatasetReference(s3Uri, null, null, null, null, at.toString());
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw MlopsException.usage("'" + text + "' is no time with a time zone: 2026-11-01T12:00:00Z or"
                    + " 2026-11-01T13:00:00+01:00 is wanted");
        }
    }

    /** The prefix that {@code from} names. */
    Prefix prefix() {
        return new Prefix(S3Uri.parse(from), asOf == null ? null : Instant.parse(asOf));
    }

    /**
     * What people mean by an address alone: a manifest when it is a file's name or ends in {@code .json}, else a prefix. Who means something
     * else says so by {@link #ofManifest} or {@link #ofPrefix}, or ends the prefix with a slash.
     */
    public static DatasetReference parse(String text) {
        return S3Uri.isS3(text) && !text.endsWith(".json") ? ofPrefix(text) : ofManifest(text);
    }

    /** An output of DVC; {@code rev} is null for the files as they are. */
    public static DatasetReference ofDvc(String target, String repo, String rev) {
        return new DatasetReference(null, null, target, repo, rev, null);
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
        String what = from != null ? from : manifest != null ? manifest : dvc;
        return what + (asOf == null ? "" : " as of " + asOf) + (rev == null ? "" : " at " + rev);
    }
}
