package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.training.ClusterTrainingStatus;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;

/** A model that was trained on a cluster, as a Pipeline script sees it. Immutable. */
public final class TrainedModel implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String runId;
    private final String runUrl;
    private final String experiment;
    private final String digest;
    private final String commit;
    private final String dataset;
    private final String image;
    private final double gpuSeconds;
    private final ArrayList<String> gaps;

    TrainedModel(TrainingResult result, ClusterTrainingStatus status) {
        TrainingResult.Dataset training = result.datasets().training();
        runId = result.run().id();
        runUrl = result.run().url();
        experiment = result.experiment();
        digest = result.model().digest().toString();
        commit = result.commit();
        dataset = training == null || training.version() == null
                ? null
                : training.version().toString();
        image = status.image();
        gpuSeconds = status.execution() == null ? 0 : status.execution().gpuSeconds();
        gaps = new ArrayList<>(result.gaps());
    }

    /** Of MLflow. */
    @Whitelisted
    public String getRunId() {
        return runId;
    }

    @Whitelisted
    public String getRunUrl() {
        return runUrl;
    }

    @Whitelisted
    public String getExperiment() {
        return experiment;
    }

    /** Content id of the model's files. */
    @Whitelisted
    public String getDigest() {
        return digest;
    }

    /** Null when the code came from no Git repository. */
    @Whitelisted
    @CheckForNull
    public String getCommit() {
        return commit;
    }

    /** Content id of the training dataset; null without one. */
    @Whitelisted
    @CheckForNull
    public String getDataset() {
        return dataset;
    }

    /** By digest. */
    @Whitelisted
    public String getImage() {
        return image;
    }

    /** GPUs of all pods of the training's attempts, times the seconds that they held them. */
    @Whitelisted
    public double getGpuSeconds() {
        return gpuSeconds;
    }

    /** What the lineage record could not say, a phrase each. */
    @Whitelisted
    public List<String> getGaps() {
        return new ArrayList<>(gaps);
    }

    @Override
    public String toString() {
        return "model " + digest + " of MLflow run " + runId;
    }
}
