package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The runs of an MLflow server. Every call is tried again on transient failures and fails with an
 * {@link io.jenkins.plugins.mlops.core.MlopsException} of one sentence: UNREACHABLE when the server is away, REFUSED on 401
 * and 403, USAGE when what was sent breaks a limit of the server (nothing is truncated silently). Thread-safe.
 */
public interface TrackingServer {

    /** Where people see it, for links. */
    String uri();

    /** The link to a run's page. */
    String runUrl(TrackedRun run);

    /** Starts a run; the experiment is made when it is missing. */
    TrackedRun createRun(String experiment, String runName, Map<String, String> tags);

    Optional<TrackedRun> run(String runId);

    /**
     * The runs that have a tag of this value, the one started last first; deleted runs are none.
     *
     * @param experiment its name, or null for all experiments
     */
    List<TrackedRun> runsByTag(String experiment, String key, String value);

    /**
     * The run that has a tag of this value. Two have it only when a run was made again while the server still worked on its first
     * creation; then it is the one that was started last, which is the one that somebody knows of.
     *
     * @param experiment as in {@link #runsByTag}
     */
    default Optional<TrackedRun> runByTag(String experiment, String key, String value) {
        return runsByTag(experiment, key, value).stream().findFirst();
    }

    void logParams(String runId, Map<String, String> params);

    /** Whether the server takes this as the name of a metric, parameter or tag. */
    boolean takesName(String name);

    /** Refuses non-finite values before anything is sent. */
    void logMetrics(String runId, Map<String, Double> metrics);

    void setTags(String runId, Map<String, String> tags);

    /** Records a dataset as the run's input; {@code context} is {@code training} or {@code evaluation}. */
    void logDataset(String runId, DatasetVersion dataset, String context);

    void endRun(String runId, RunStatus status);

    /** Uploads a file, or a directory with all below it, to {@code artifactPath} (a file's path, or a directory's). */
    void uploadArtifacts(String runId, Path fileOrDirectory, String artifactPath);

    /** The files below {@code artifactPath} ("" for all), by their paths relative to it. */
    List<String> listArtifacts(String runId, String artifactPath);

    /**
     * The bytes of a small file. Whoever trains may have put any other in its place.
     *
     * @param maxBytes more than this is refused, and not read
     * @throws MlopsException of kind FAILED when it is not there or larger
     */
    byte[] readArtifact(String runId, String artifactPath, int maxBytes);

    /**
     * Downloads the file, or the directory with all below it, into the directory {@code into}; whole or not at all.
     *
     * @param maxBytes more than this in all is refused, and not downloaded
     * @throws MlopsException of kind FAILED when it is not there, USAGE when it is larger
     */
    void downloadArtifacts(String runId, String artifactPath, Path into, long maxBytes);

    /** As the other, however large it is. */
    default void downloadArtifacts(String runId, String artifactPath, Path into) {
        downloadArtifacts(runId, artifactPath, into, Long.MAX_VALUE);
    }
}
