package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.core.evaluation.ClusterEvaluation;
import io.jenkins.plugins.mlops.core.evaluation.ClusterEvaluationStatus;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.training.ClusterTrainingStatus;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.nio.file.Path;
import java.util.Optional;

/** What the directories of trainings and evaluations on a cluster say, whichever of the two one is of. */
final class ClusterRuns {

    private ClusterRuns() {}

    static boolean isIn(Path directory) {
        return ClusterTraining.isIn(directory) || isEvaluation(directory);
    }

    static boolean isEvaluation(Path directory) {
        return ClusterEvaluation.isIn(directory);
    }

    static boolean isOver(Path directory) {
        return isEvaluation(directory)
                ? ClusterEvaluation.status(directory).stage().isOver()
                : ClusterTraining.status(directory).stage().isOver();
    }

    /** @return false when it was over already */
    static boolean stop(Path directory, String reason) {
        return isEvaluation(directory)
                ? ClusterEvaluation.stop(directory, reason)
                : ClusterTraining.stop(directory, reason);
    }

    /** The directory of the execution that runs, or ran last. */
    static Optional<Path> latest(Path directory) {
        return isEvaluation(directory) ? ClusterEvaluation.latest(directory) : ClusterTraining.latest(directory);
    }

    static Optional<ExecutionStatus> execution(Path directory) {
        return latest(directory).map(Execution::status);
    }

    /** Where the log of a rank is. @param role of a training; an evaluation has one */
    static Optional<Path> log(Path directory, Workload.Role role, int rank) {
        Optional<Path> execution = isEvaluation(directory)
                ? ClusterEvaluation.latest(directory)
                : Optional.of(ClusterTraining.executionDirectory(directory, role));
        return execution.map(place -> Execution.log(place, rank));
    }

    /** Why it failed, a sentence; null when it did not. */
    static String failure(Path directory) {
        return isEvaluation(directory)
                ? ClusterEvaluation.status(directory).failure()
                : ClusterTraining.status(directory).failure();
    }

    /** The whole status, as a document. */
    static Object status(Path directory) {
        return isEvaluation(directory) ? ClusterEvaluation.status(directory) : ClusterTraining.status(directory);
    }

    /** The whole status, for people. */
    static String text(Path directory) {
        if (isEvaluation(directory)) {
            ClusterEvaluationStatus status = ClusterEvaluation.status(directory);
            return ClusterStatusText.of(status);
        }
        ClusterTrainingStatus status = ClusterTraining.status(directory);
        return ClusterStatusText.of(status);
    }
}
