package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dvc.DvcHashed;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of an output of DVC at a revision and where their bytes lie: all that a machine needs to pull them which has neither
 * the repository nor DVC. Immutable.
 *
 * @param schema {@link #SCHEMA}
 * @param name of the dataset
 * @param source the source id, and for people where it comes from
 * @param output the output in its repository, whatever the revision: what was read of it before saves work
 * @param path of the output, for people
 * @param namedBy which file of the repository names the files, for people
 * @param pinned whether every object was found, and has its size and state here
 * @param files in {@link io.jenkins.plugins.mlops.core.digest.TreePath#ORDER}
 */
public record DvcListing(
        @JsonProperty(required = true) String schema,
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) Manifest.Source source,
        @JsonProperty(required = true) String output,
        @JsonProperty(required = true) String path,
        @JsonProperty(required = true) String namedBy,
        @JsonProperty(required = true) boolean pinned,
        @JsonProperty(required = true) List<DvcHashed> files) {

    public static final String SCHEMA = "mlops-dvc-listing/1";

    public DvcListing {
        if (!SCHEMA.equals(schema)) {
            throw MlopsException.usage(
                    "the schema '" + schema + "' is not known: " + SCHEMA + " is what this version reads");
        }
        Manifest.requireName(name);
        files = List.copyOf(files);
    }

    /**
     * Reads a file as it streams in.
     *
     * @throws MlopsException of kind USAGE when it is broken
     */
    public static DvcListing read(Path file) throws IOException {
        return DvcListingFile.readWhole(file);
    }

    /**
     * What a listing describes, which is read without keeping it; its content id is not known.
     *
     * @throws MlopsException of kind USAGE when it is broken
     */
    public static DatasetVersion version(Path file) throws IOException {
        return DvcListingFile.version(file);
    }

    /** The same with what the store says of its objects. */
    DvcListing pinned(List<DvcHashed> found) {
        return new DvcListing(schema, name, source, output, path, namedBy, true, found);
    }

    /** The same with other files. */
    DvcListing with(List<DvcHashed> other) {
        return new DvcListing(schema, name, source, output, path, namedBy, pinned, other);
    }

    /** The state of a file's object, as far as it is known; its version, where it has one, says more than its ETag. */
    static ObjectPin pin(DvcHashed file) {
        return new ObjectPin(file.location(), file.versionId() == null ? file.etag() : null, file.versionId());
    }
}
