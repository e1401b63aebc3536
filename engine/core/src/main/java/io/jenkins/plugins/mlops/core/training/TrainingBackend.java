package io.jenkins.plugins.mlops.core.training;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs a training's command somewhere: a local process, or a Job on Kubernetes. The backend knows nothing of datasets,
 * MLflow or lineage; it is given directories and variables and says how the command ended.
 */
public interface TrainingBackend {

    /** What people call it, as in {@code --backend}. */
    String name();

    /**
     * Runs the command to its end. When the calling thread is interrupted, everything that was started is stopped before
     * the call ends with an {@link io.jenkins.plugins.mlops.core.MlopsException} of kind INTERRUPTED.
     *
     * @param output hears every line of standard output and error, without its line end
     */
    Ending run(Command command, Consumer<String> output);

    /**
     * What to run.
     *
     * @param arguments program and arguments; no shell reads them
     * @param directory working directory
     * @param environment variables on top of the backend's own few
     * @param deadline seconds of run time, 0 for none
     */
    record Command(List<String> arguments, Path directory, Map<String, String> environment, long deadline) {}

    /** How a command ended. */
    enum Cause {
        SUCCEEDED,
        EXITED,
        SIGNALLED,
        DEADLINE_EXCEEDED
    }

    /**
     * The end of a command.
     *
     * @param exitCode the exit code, or 128 and the signal's number
     * @param lastLines the last lines it printed, for the error message
     */
    record Ending(Cause cause, int exitCode, List<String> lastLines) {
        public boolean succeeded() {
            return cause == Cause.SUCCEEDED;
        }
    }
}
