package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs a training's command somewhere: a local process, or a Job on Kubernetes. The backend knows nothing of datasets,
 * MLflow or lineage; it is given directories and variables and says how the command ended.
 */
public interface TrainingBackend {

    /** What people call it, as in {@code --backend}. */
    String name();

    /**
     * Refuses, before anything is started, what this backend cannot honour.
     *
     * @return what it ignores although the specification says it, a sentence each; for the user to see
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE or FAILED that names the key and says what to do
     */
    List<String> check(TrainingSpecification specification);

    /**
     * Runs the command to its end, which is also the end of everything that it started. When the calling thread is
     * interrupted, all of that is stopped before the call ends with an
     * {@link io.jenkins.plugins.mlops.core.MlopsException} of kind INTERRUPTED.
     *
     * @param output hears every line of standard output and error, without its line end, in the order of writing; called on
     *     the calling thread
     */
    Ending run(Command command, Consumer<String> output);

    /**
     * Finds out what is installed where the command will run.
     *
     * @param file where the list is written to
     * @return empty when this backend cannot know
     * @throws io.jenkins.plugins.mlops.core.MlopsException when it should know, but finding out fails
     */
    Optional<Installed> installed(Command command, Path file);

    /**
     * What is installed where a command runs.
     *
     * @param file the list, JSON
     * @param summary for people
     */
    record Installed(Path file, Digest digest, String summary) {}

    /**
     * What to run.
     *
     * @param arguments program and arguments; no shell reads them
     * @param directory working directory
     * @param environment variables on top of the backend's own few
     * @param runTime how long it may run, null for no limit
     * @param log file that the whole output is appended to, byte for byte
     */
    record Command(
            List<String> arguments, Path directory, Map<String, String> environment, Duration runTime, Path log) {

        public Command {
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
        }

        /** Names the program alone: the environment holds credentials. */
        @Override
        public String toString() {
            return "Command[" + arguments.get(0) + "]";
        }
    }

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
     * @param lastLines the last lines it printed, shortened, for the error message
     */
    record Ending(Cause cause, int exitCode, List<String> lastLines) {

        public Ending {
            lastLines = List.copyOf(lastLines);
        }

        public boolean succeeded() {
            return cause == Cause.SUCCEEDED;
        }

        /** What happened, to follow "the command": {@code failed with exit code 1}. */
        public String explanation() {
            return switch (cause) {
                case SUCCEEDED -> "succeeded";
                case EXITED -> "failed with exit code " + exitCode;
                case SIGNALLED -> Signals.explain(exitCode);
                case DEADLINE_EXCEEDED -> "was stopped at its deadline";
            };
        }
    }
}
