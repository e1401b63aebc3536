package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.FilePath;
import hudson.model.Run;
import io.jenkins.plugins.mlops.config.TrainingCluster;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.dataset.DvcListings;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.step.AgentWorkspace;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What the outputs of DVC have that work on a cluster is about: the training set and the evaluation set apart, since each may lie in a
 * store of its own.
 */
final class DvcOutputs {

    private final Path directory;

    /** @param directory on the controller, made when something is read */
    DvcOutputs(Path directory) {
        this.directory = directory;
    }

    DvcListings training() {
        return new DvcListings(directory.resolve("training"));
    }

    DvcListings evaluation() {
        return new DvcListings(directory.resolve("evaluation"));
    }

    /**
     * Has the agent read those of the datasets that are outputs of DVC.
     *
     * @param root where the controller has the code of the workspace
     * @param files the workspace
     */
    void read(
            Wanted datasets,
            Path root,
            AgentWorkspace workspace,
            FilePath files,
            TrainingCluster cluster,
            Run<?, ?> build)
            throws IOException, InterruptedException {
        String store = cluster.getStore();
        String evaluationStore = cluster.getEvaluationStore();
        read(training(), datasets.training(), store, root, workspace, files, build);
        read(
                evaluation(),
                datasets.evaluation(),
                evaluationStore == null ? store : evaluationStore,
                root,
                workspace,
                files,
                build);
    }

    private static void read(
            DvcListings into,
            @CheckForNull DatasetReference dataset,
            @CheckForNull String store,
            Path root,
            AgentWorkspace workspace,
            FilePath files,
            Run<?, ?> build)
            throws IOException, InterruptedException {
        if (dataset != null && dataset.dvc() != null) {
            into.add(dataset, root, workspace, files, JobPolicy.of(build).objectStore(store), build);
        }
    }

    /** When no pod asks any more. */
    void delete() throws IOException {
        FileTree.delete(directory);
    }

    /** The datasets that work names; null for none. */
    record Wanted(
            @CheckForNull DatasetReference training,
            @CheckForNull DatasetReference evaluation) {}
}
