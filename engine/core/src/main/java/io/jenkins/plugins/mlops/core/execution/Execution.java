package io.jenkins.plugins.mlops.core.execution;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.nio.file.Path;

/**
 * The life of one workload on a cluster: attempts, budgets, deadlines, logs, clean-up. It owns no thread: whoever drives it calls
 * {@link #step}, which makes a few short calls and says when to come again. Everything that must outlive the watcher is in its
 * directory before the cluster is asked for it, so that an execution whose watcher was killed goes on where it was. One process at
 * a time has it open. Thread-safe.
 *
 * <p>Its directory: {@code execution.json}, {@code logs/training-rank-N.log} for each rank, {@code failure/attempt-N/} for each attempt that
 * failed, {@code stop.json} when somebody asked to stop it.
 */
public final class Execution implements AutoCloseable {

    private Execution() {}

    /**
     * Begins an execution; nothing is asked of the cluster yet.
     *
     * @param directory made by this; there must be no execution in it
     */
    public static Execution start(Path directory, Workload workload, ExecutionContext context) {
        throw new UnsupportedOperationException();
    }

    /**
     * Goes on with one that was begun, by this process or another.
     *
     * @throws MlopsException of kind USAGE when there is none, or another process has it open
     */
    public static Execution open(Path directory, ExecutionContext context) {
        throw new UnsupportedOperationException();
    }

    /** Whether an execution was begun in a directory. */
    public static boolean isIn(Path directory) {
        throw new UnsupportedOperationException();
    }

    /** How one stands, whoever drives it; the cluster is not asked. */
    public static ExecutionStatus status(Path directory) {
        throw new UnsupportedOperationException();
    }

    /** Asks for one to be stopped, whoever drives it: its next step sees it. @param reason such as "stopped by anna" */
    public static void stop(Path directory, String reason) {
        throw new UnsupportedOperationException();
    }

    /** The log of a rank, attempts one after another; it may not be there yet. */
    public static Path log(Path directory, int rank) {
        throw new UnsupportedOperationException();
    }

    /**
     * Does what is due.
     *
     * @throws MlopsException only when its own directory cannot be used; what the cluster refuses ends the execution, and what it
     *     cannot do at present is tried again
     */
    public Next step(ExecutionListener listener) {
        throw new UnsupportedOperationException();
    }

    /** Asks for it to be stopped; the next step begins with it. */
    public void stop(String reason) {
        throw new UnsupportedOperationException();
    }

    public ExecutionStatus status() {
        throw new UnsupportedOperationException();
    }

    public Path directory() {
        throw new UnsupportedOperationException();
    }

    /** Lets go of the directory; what runs in the cluster goes on. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
