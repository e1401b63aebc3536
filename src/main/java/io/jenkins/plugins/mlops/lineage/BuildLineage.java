package io.jenkins.plugins.mlops.lineage;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * What the steps of a build did, kept in {@code mlops/facts.json} of the build's directory, where it is written before the
 * step goes on. Reads do not block writes. Thread-safe.
 */
public final class BuildLineage {

    private final Run<?, ?> run;

    private BuildLineage(Run<?, ?> run) {
        this.run = run;
    }

    @NonNull
    public static BuildLineage of(@NonNull Run<?, ?> run) {
        return new BuildLineage(run);
    }

    /** Where steps keep what belongs to the build: its {@code mlops} directory. It is deleted with the build. */
    @NonNull
    public Path directory() {
        return run.getRootDir().toPath().resolve("mlops");
    }

    /** What is known now. */
    @NonNull
    public RunFacts facts() {
        Path file = file();
        if (!Files.exists(file)) {
            return RunFacts.NONE;
        }
        return Documents.read(file, RunFacts.class);
    }

    /** Changes what is known; the file holds the old or the new state, whatever happens. */
    public void update(UnaryOperator<RunFacts> change) {
        synchronized (run) {
            try {
                Files.createDirectories(directory());
                Documents.writeJson(file(), change.apply(facts()));
            } catch (IOException e) {
                throw new UncheckedIOException("The build's record " + file() + " cannot be written", e);
            }
        }
        if (run.getAction(MlopsBuildAction.class) == null) {
            run.addAction(new MlopsBuildAction());
        }
    }

    private Path file() {
        return directory().resolve("facts.json");
    }
}
