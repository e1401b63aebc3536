package io.jenkins.plugins.mlops.core.pod;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the tool containers of a pod do beside the training's own container, which needs nothing of ours: before it they
 * bring what it reads, while and after it runs they keep what it writes. They read the plan as JSON from the variable
 * {@value #VARIABLE}; the keys of the object store they have from the usual {@code AWS_*} variables, which the training's
 * container does not get.
 *
 * @param toolImage image of the {@code mlops} command, by digest
 * @param supplies what is brought, in this order
 * @param cache where brought bytes are kept for the next pod, null for nowhere
 * @param keep what is kept, null for nothing
 * @param directories to be made below {@link #ROOT}, for the command to write to
 * @param files small ones to be made below {@link #ROOT}, by path
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PodPlan(
        String toolImage,
        URI endpoint,
        String region,
        List<Supply> supplies,
        Cache cache,
        Keep keep,
        List<String> directories,
        Map<String, String> files) {

    public static final String VARIABLE = "MLOPS_POD_PLAN";

    /** The directory that training's and tool containers share; everything that a plan names lies below it. */
    public static final String ROOT = "/mlops";

    /** The file below {@link #ROOT} that is there once outputs will be kept, however soon the command ends. */
    public static final String KEEPING = ".keeping";

    /** Where brought bytes are kept. */
    public static final String CACHE_ROOT = "/mlops-cache";

    /**
     * An object store that has keys of its own.
     *
     * @param keys what the names of the variables begin with that hold them: {@code AWS} for AWS_ACCESS_KEY_ID and so on
     */
    public record Store(URI endpoint, String region, String keys) {}

    /**
     * Something that is brought before the command starts.
     *
     * @param what for people, such as {@code training dataset}
     * @param manifest S3 URI of a published manifest; one of {@code manifest}, {@code from} and {@code listing} is given
     * @param from S3 prefix
     * @param listing S3 URI, in the plan's own store, of what DVC wrote down
     * @param sourceId what it must be, null for anything
     * @param into directory below {@link #ROOT}
     * @param claim the PersistentVolumeClaim, of an S3 CSI driver, that has it already, so that it is only checked; null for none
     * @param subPath where in that volume, null for its root
     * @param store where it is, null for the plan's own
     * @param unchanged true when it is held against its version again once the command has ended, as what is mounted always is; null
     *     when not
     * @param apart true when it is not to lie in the cache, which other pods read; null when it may
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Supply(
            String what,
            String manifest,
            String from,
            String listing,
            String sourceId,
            String into,
            String claim,
            String subPath,
            Store store,
            Boolean unchanged,
            Boolean apart) {

        /** Something in the plan's own store, brought. */
        public static Supply of(String what, String manifest, String into) {
            return new Supply(what, manifest, null, null, null, into, null, null, null, null, null);
        }

        /** The same, which the command must leave as it is. */
        public static Supply unchanged(String what, String manifest, String into) {
            return new Supply(what, manifest, null, null, null, into, null, null, null, true, null);
        }

        /** Whether it is mounted, and not brought. */
        @JsonIgnore
        public boolean isMounted() {
            return claim != null;
        }
    }

    /**
     * A volume for brought bytes.
     *
     * @param claim name of a PersistentVolumeClaim, null for none
     * @param hostPath directory of the node, null for none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Cache(String claim, String hostPath) {}

    /**
     * What is kept of what the command writes.
     *
     * @param outputs directory below {@link #ROOT} whose files are published when the command has ended
     * @param outputsUri S3 prefix of the run; {@link OutputLocation} says where in it each attempt and rank has its own
     * @param checkpoints directory below {@link #ROOT}, null for none
     * @param checkpointsUri S3 prefix, the same for all attempts
     * @param fingerprint of specification and dataset: a checkpoint of another one is not resumed
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Keep(
            String outputs, String outputsUri, String checkpoints, String checkpointsUri, String fingerprint) {}

    /** The plan's own store, by the usual variables. */
    public Store store() {
        return new Store(endpoint, region, "AWS");
    }

    /** {@link #ROOT} as a path of this machine. */
    public static Path root() {
        return FileSystems.getDefault().getPath(ROOT);
    }

    public PodPlan {
        supplies = supplies == null ? List.of() : List.copyOf(supplies);
        directories = directories == null ? List.of() : List.copyOf(directories);
        files = files == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(files));
    }
}
