package io.jenkins.plugins.mlops.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * What the steps of a build did, kept in {@code mlops/facts.json} of the build's directory, where it is written before the
 * step goes on. It is read anew each time, which costs little; reads do not wait for writes and see the state before or after
 * one. Writes of one build follow each other, also when Jenkins holds several objects of it. Thread-safe.
 *
 * <p>A file that is damaged, or that a newer version of this plugin wrote, is never overwritten: reading and changing it fail
 * with an {@link MlopsException}.
 */
public final class BuildLineage {

    private static final Logger LOGGER = Logger.getLogger(BuildLineage.class.getName());

    private static final String FILE = "facts.json";
    /** More than any build's steps have to say. */
    private static final long MAX_BYTES = 32L * 1024 * 1024;

    /** For writers; builds share them by the hash of their directory. */
    private static final List<Object> LOCKS =
            Stream.generate(Object::new).limit(64).toList();
    /** For attaching the action. */
    private static final Object ATTACHING = new Object();

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

    /**
     * What is known now.
     *
     * @throws MlopsException of kind FAILED when the file cannot be read, is damaged or of a newer format
     */
    @NonNull
    public RunFacts facts() {
        Path file = file();
        String text;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw unusable("is larger than any build's record", null);
            }
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            return RunFacts.NONE;
        } catch (IOException e) {
            throw unusable("cannot be read (" + e.getClass().getSimpleName() + ")", e);
        }
        try {
            Format format = Documents.readJson(text, FILE, Format.class);
            if (format.schema() != null && !RunFacts.SCHEMA.equals(format.schema())) {
                throw unusable(
                        "has the format '" + format.schema() + "', which another version of the plugin wrote", null);
            }
            return Documents.readJson(text, FILE, RunFacts.class);
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.FAILED) {
                throw e;
            }
            throw unusable("is damaged (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Changes what is known; the file holds the old or the new state, whatever happens.
     *
     * @throws MlopsException of kind FAILED when it cannot be changed, or the build has been deleted
     */
    public void update(@NonNull UnaryOperator<RunFacts> change) {
        RunFacts before;
        RunFacts after;
        synchronized (lock()) {
            try {
                makeDirectory();
                before = facts();
                after = change.apply(before);
                Documents.writeJson(file(), after);
            } catch (IOException e) {
                throw unusable("cannot be written (" + e + "): look at the controller's disk", e);
            }
        }
        attachAction();
        FactsListener.fire(run, before, after);
    }

    /** Not the directories above: a step that outlives its deleted build must not bring that back. */
    private void makeDirectory() throws IOException {
        try {
            Files.createDirectory(directory());
        } catch (FileAlreadyExistsException e) {
            LOGGER.log(Level.FINEST, "not the first fact of {0}", run);
        } catch (NoSuchFileException e) {
            throw MlopsException.failed(run + " has been deleted, so what its steps do cannot be recorded", e);
        }
    }

    /** Saved at once, so that the page is there after the controller was killed. */
    private void attachAction() {
        if (run.getAction(MlopsBuildAction.class) != null) {
            return;
        }
        synchronized (ATTACHING) {
            run.addOrReplaceAction(new MlopsBuildAction(run));
        }
        try {
            run.save();
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "The page of " + run + " may be gone after a restart of Jenkins");
        }
    }

    /** What is read first: another format may have other types. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Format(String schema) {}

    private MlopsException unusable(String why, Throwable cause) {
        return MlopsException.failed(
                "The record of what " + run + " did (mlops/" + FILE + " in its directory) " + why, cause);
    }

    private Object lock() {
        return LOCKS.get(Math.floorMod(directory().hashCode(), LOCKS.size()));
    }

    private Path file() {
        return directory().resolve(FILE);
    }
}
