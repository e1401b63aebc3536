package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.progress.ProgressListener;

/** Hears how a training goes. Called on the training's thread, progress on others too; implementations return at once. */
public interface TrainingListener {

    /** The command whose output a line is. */
    enum Stage {
        TRAINING,
        EVALUATION
    }

    /** A step begins or something is worth knowing; one sentence without a full stop. */
    void note(String text);

    /** A line that a command printed, as it is; it may hold terminal codes. */
    void output(Stage stage, String line);

    /** As {@link io.jenkins.plugins.mlops.core.execution.ExecutionListener#wasTold}. */
    default boolean wasTold(String line) {
        return false;
    }

    /**
     * Whether it waits for a place to run.
     *
     * @param reason a sentence, null when it does not wait any more
     */
    default void waiting(String reason) {}

    /** Where pulls report to. */
    default ProgressListener progress() {
        return ProgressListener.NONE;
    }
}
