package io.jenkins.plugins.mlops.training;

import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.training.TrainingRecorder;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.rerun.RerunAction;
import io.jenkins.plugins.mlops.rerun.RerunComparison;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Brings a training to its end: recorded and FINISHED, or ended as FAILED or KILLED. The agent uploads what lies on it; the
 * controller keeps the statements and, only then, ends the run. All of it may be done again.
 */
final class TrainingEnd {

    private static final Logger LOGGER = Logger.getLogger(TrainingEnd.class.getName());

    private final Run<?, ?> build;
    private final String useId;
    private final StartedTraining training;
    private final TaskListener listener;

    TrainingEnd(Run<?, ?> build, String useId, StartedTraining training, TaskListener listener) {
        this.build = build;
        this.useId = useId;
        this.training = training;
        this.listener = listener;
    }

    /**
     * Records what the body left, unless an earlier try has done so: the directory may be half deleted then, and what is left of it is no
     * model.
     *
     * @param node of the workspace
     * @param endedMillis when the body had ended
     */
    void record(WithMlflowStep step, FilePath workspace, String node, long endedMillis)
            throws IOException, InterruptedException {
        RunKeeper.get().release(training.id);
        if (!TrainingUses.of(build).isFinished(training.tag)) {
            recordNow(step, workspace, node, endedMillis);
        }
        OpenRuns.get().remove(training.id);
        // Before the directory goes, without which all of this could not be done again.
        new KeptRun(build, useId, training.server, listener.getLogger()::println).ofTraining(training.runId);
        discard(workspace.child(training.place.root));
    }

    private void recordNow(WithMlflowStep step, FilePath workspace, String node, long endedMillis)
            throws IOException, InterruptedException {
        MlflowProfile profile = JobPolicy.of(build).mlflowServer(training.server);
        BuildLineage lineage = BuildLineage.of(build);
        PulledDatasets pulled = new PulledDatasets(lineage.facts().datasets(), node);
        RerunAction.plan(build)
                .ifPresent(plan ->
                        plan.requireUsed(pulled.training(), pulled.evaluation().orElse(null)));
        try (MlflowServer server = profile.connect(build)) {
            server.endRun(training.runId, RunStatus.RUNNING); // MLflow's client has ended it with the body's process
            AgentArtifacts artifacts = new AgentArtifacts(profile, build, server);
            RecordTraining task = new RecordTraining(
                    training,
                    step,
                    TrainingBegin.source(build, useId),
                    pulled,
                    endedMillis,
                    artifacts.access(),
                    listener);
            RecordTraining.Outcome outcome = artifacts.writing(workspace, node, task, training.runId);
            LineageStore store = ControllerLineage.store();
            for (byte[] statement : outcome.statements) {
                store.adopt(statement, "What the agent recorded");
            }
            String evaluation = outcome.evaluation == null ? null : "evaluation-" + useId + ".json";
            if (evaluation != null) {
                Documents.writeAtomically(lineage.directory().resolve(evaluation), outcome.evaluation);
            }
            TrainingRecorder.finish(server, training.runId, outcome.tags);
            TrainingUses.of(build).finished(training.tag, outcome, evaluation);
            outcome.gaps.forEach(gap -> listener.getLogger().println("Not in the lineage: " + gap));
            RerunComparison.text(build).ifPresent(listener.getLogger()::println);
        }
    }

    /** What is recorded lies in MLflow; what is not deleted here only takes room. */
    private static void discard(FilePath directory) throws InterruptedException {
        try {
            directory.deleteRecursive();
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> directory + " is left");
        }
    }

    /** Ends the run without a record; when MLflow cannot be reached, that is said, and done later. */
    void close(RunStatus status) {
        RunKeeper.get().release(training.id);
        OpenRuns.get()
                .end(training.id, status)
                .ifPresent(why -> listener.getLogger()
                        .println("The MLflow run is not set to " + status + " yet: " + why
                                + "; this is tried again until it is done"));
    }
}
