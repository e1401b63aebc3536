package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import io.jenkins.plugins.mlops.cluster.ClusterPool;
import io.jenkins.plugins.mlops.cluster.ClusterRuns;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.evaluation.ClusterEvaluation;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Stops the work on clusters of a build that ended before its steps did, which do not hear of a hard kill: whoever drives the work then
 * takes it out of the cluster.
 */
@Extension
public class KilledBuilds extends RunListener<Run<?, ?>> {

    private static final Logger LOGGER = Logger.getLogger(KilledBuilds.class.getName());

    private static final String REASON = "the build has ended";

    @Override
    public void onCompleted(Run<?, ?> build, @NonNull TaskListener listener) {
        List<String> left = ClusterRuns.get().of(build);
        if (!left.isEmpty()) {
            listener.getLogger().println("What the build has left in the cluster is being removed");
            TrainingThreads.submit(() -> stop(build, left));
        }
    }

    private static void stop(Run<?, ?> build, List<String> left) {
        try (Stream<Path> steps = Files.list(ClusterStepExecution.places(build))) {
            steps.map(ClusterStepExecution::work).forEach(KilledBuilds::stop);
        } catch (IOException | MlopsException e) {
            LOGGER.log(Level.WARNING, e, () -> "What " + build + " has left in clusters could not be stopped");
        }
        left.forEach(ClusterPool.get()::wake);
    }

    private static void stop(Path work) {
        if (ClusterTraining.isIn(work)) {
            ClusterTraining.stop(work, REASON);
        } else if (ClusterEvaluation.isIn(work)) {
            ClusterEvaluation.stop(work, REASON);
        }
    }
}
