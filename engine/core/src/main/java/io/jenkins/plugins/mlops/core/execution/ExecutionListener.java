package io.jenkins.plugins.mlops.core.execution;

/** Hears how an execution goes, on the thread that steps it; implementations return at once. */
public interface ExecutionListener {

    /** Something is worth knowing; one sentence without a full stop, or a few lines. A crash may make one told twice. */
    void note(String text);

    /**
     * A line that rank 0 printed, without its end; it may hold terminal codes.
     *
     * @param number counts all lines of all attempts from 1
     */
    void output(long number, String line);

    /**
     * Whether it waits for the cluster now. Told when it begins, when the first reason changes, and when it ends; again after a
     * restart of the watcher.
     *
     * @param reason a sentence, null when it does not wait any more
     */
    default void waiting(String reason) {}

    /**
     * Whether a line was told before. Asked once by an execution that is opened anew, of the first line that it would tell: a process
     * that was killed may have told it and not said so.
     */
    default boolean wasTold(String line) {
        return false;
    }
}
