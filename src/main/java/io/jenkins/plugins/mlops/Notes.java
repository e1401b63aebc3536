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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Notes that outlive the controller's process, a JSON file each in a part of its home directory. They are held in memory too, and read once:
 * only writing one costs I/O. Thread-safe.
 *
 * @param <T> what is noted
 */
public final class Notes<T> {

    private static final Logger LOGGER = Logger.getLogger(Notes.class.getName());

    private static final String SUFFIX = ".json";

    private final String part;
    private final Class<T> type;
    private final String subject;

    /** By id, empty for damaged ones; null until they are read. */
    private volatile Map<String, Optional<T>> known;

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
    public synchronized void put(@NonNull String id, @NonNull T note) {
        Map<String, Optional<T>> all = known();
        try {
            Documents.writeJson(file(id), note);
        } catch (IOException e) {
            throw new UncheckedIOException("The note of " + subject + " cannot be written: " + e.getMessage(), e);
        }
        all.put(id, Optional.of(note));
    }

    /** Forgets one, if it is there. */
    public synchronized void remove(@NonNull String id) {
        known().remove(id);
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
        return known().containsKey(id);
    }

    /** Empty when there is none, or it is damaged. */
    @NonNull
    public Optional<T> get(@NonNull String id) {
        return known().getOrDefault(id, Optional.empty());
    }

    /** All of them but damaged ones. */
    @NonNull
    public List<T> all() {
        return known().values().stream().flatMap(Optional::stream).toList();
    }

    private Map<String, Optional<T>> known() {
        Map<String, Optional<T>> read = known;
        if (read == null) {
            synchronized (this) {
                if (known == null) {
                    known = readAll();
                }
                read = known;
            }
        }
        return read;
    }

    /** Damaged ones are told. */
    private Map<String, Optional<T>> readAll() {
        Map<String, Optional<T>> notes = new ConcurrentSkipListMap<>();
        if (!Files.isDirectory(directory())) {
            return notes;
        }
        try (Stream<Path> files = Files.list(directory())) {
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .forEach(id -> notes.put(id, read(id)));
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "The notes in " + directory() + " cannot be read");
        }
        return notes;
    }

    private Optional<T> read(String id) {
        try {
            return Optional.of(Documents.read(file(id), type));
        } catch (MlopsException e) {
            LOGGER.log(Level.WARNING, "The note of " + subject + " is damaged: {0}", e.getMessage());
            return Optional.empty();
        }
    }

    private Path file(String id) {
        return directory().resolve(id + SUFFIX);
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
