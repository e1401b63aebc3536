package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.training.TrainingListener;

/** Tells on standard error how a training goes; what its commands print stands behind a bar. */
public final class TrainingPrinter implements TrainingListener, AutoCloseable {

    private final Output output;
    private ProgressPrinter progress;

    public TrainingPrinter(Output output) {
        this.output = output;
    }

    @Override
    public void note(String text) {
        close();
        output.note(text);
    }

    @Override
    public void output(Stage stage, String line) {
        output.note("  | " + line);
    }

    @Override
    public ProgressListener progress() {
        close();
        progress = output.progress();
        return progress;
    }

    /** Ends the line of a progress that is over. */
    @Override
    public void close() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
    }
}
