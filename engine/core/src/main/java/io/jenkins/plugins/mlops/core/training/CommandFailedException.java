package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.file.Path;
import java.util.List;

/** A training or evaluation command that did not succeed. The message ends with its last line; all of it is in the log. */
public final class CommandFailedException extends MlopsException {

    private final transient TrainingBackend.Ending ending;

    /** @param what names the command, to begin a sentence */
    public CommandFailedException(String what, TrainingBackend.Ending ending, Path log) {
        super(Kind.FAILED, sentence(what, ending, log));
        this.ending = ending;
    }

    private static String sentence(String what, TrainingBackend.Ending ending, Path log) {
        List<String> lines = ending.lastLines();
        return what + " " + ending.explanation()
                + (lines.isEmpty() ? ", without a word" : ", last line: " + lines.get(lines.size() - 1))
                + " (whole output: "
                + log + ")";
    }

    /** How it ended, with the last lines. */
    public TrainingBackend.Ending ending() {
        return ending;
    }
}
