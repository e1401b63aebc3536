package io.jenkins.plugins.mlops;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Notes that outlive the controller's process, a JSON file each in a part of its home directory. Thread-safe.
 *
 * @param <T> what is noted
 */
public final class Notes<T> {

    private static final Logger LOGGER = Logger.getLogger(Notes.class.getName());

    private final String part;
    private final Class<T> type;
    private final String subject;

    /**
     * @param part as {@link ControllerDirectory#part}
     * @param subject what is noted, for sentences: "an open MLflow run"
     */
    public Notes(@NonNull String part, @NonNull Class<T> type, @NonNull String subject) {
        this.part = part;
        this.type = type;
        this.subject = subject;
    }

    /** Keeps a note, in place of an earlier one with its id. */
    public void put(@NonNull String id, @NonNull T note) {
        try {
            Documents.writeJson(file(id), note);
        } catch (IOException e) {
            throw new UncheckedIOException("The note of " + subject + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Forgets one, if it is there. */
    public void remove(@NonNull String id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> "The note " + file(id) + " of " + subject + ", which is over, cannot be deleted");
        }
    }

    /** Whether there is one, damaged or not. */
    public boolean has(@NonNull String id) {
        return Files.exists(file(id));
    }

    /** Empty when there is none; a damaged one is told and left out. */
    @NonNull
    public Optional<T> get(@NonNull String id) {
        return read(file(id));
    }

    /** All of them; damaged ones are told and left out. */
    @NonNull
    public List<T> all() {
        if (!Files.isDirectory(directory())) {
            return List.of();
        }
        List<T> notes = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory())) {
            files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .forEach(file -> read(file).ifPresent(notes::add));
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "The notes in " + directory() + " cannot be read");
        }
        return notes;
    }

    private Optional<T> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Documents.read(file, type));
        } catch (MlopsException e) {
            LOGGER.log(Level.WARNING, "The note of " + subject + " is damaged: {0}", e.getMessage());
            return Optional.empty();
        }
    }

    private Path file(String id) {
        return directory().resolve(id + ".json");
    }

    private Path directory() {
        return ControllerDirectory.part(part);
    }

    /** The build that a note names; null when it is gone. @param id its externalizable id */
    @CheckForNull
    public static Run<?, ?> build(@NonNull String id) {
        try {
            return Run.fromExternalizableId(id);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
