package io.jenkins.plugins.mlops.core.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;

/**
 * How far a rank's log has been read, and what of its file belongs to that.
 *
 * @param pod uid of the pod that is being read, null for none yet
 * @param at time of the last line that was taken, null for none yet
 * @param same how many lines of just that time were taken
 * @param length bytes of the file that are good; what follows was written by a process that was killed before it could say so
 * @param lines in those bytes
 * @param heard when the last line came, by the watcher's clock
 * @param complete whether the pod's log has been read to its end
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LogCursor(String pod, Instant at, int same, long length, long lines, Instant heard, boolean complete) {

    static final LogCursor START = new LogCursor(null, null, 0, 0, 0, null, false);

    LogCursor of(String newPod, Instant now) {
        return new LogCursor(newPod, null, 0, length, lines, now, false);
    }

    LogCursor grown(long newLength, long newLines) {
        return new LogCursor(pod, at, same, newLength, newLines, heard, complete);
    }

    LogCursor read(Instant newAt, int newSame, Instant now) {
        return new LogCursor(pod, newAt, newSame, length, lines, now, complete);
    }

    LogCursor completed() {
        return new LogCursor(pod, at, same, length, lines, heard, true);
    }

    /** The recorded one; null when what is recorded cannot be used. */
    static LogCursor load(Path file) throws IOException {
        if (!Files.exists(file)) {
            return START;
        }
        try {
            return Documents.readJson(Files.readString(file), file.toString(), LogCursor.class);
        } catch (MlopsException e) {
            return null;
        }
    }

    /** Not forced to the disk: it is as durable as the log itself, and survives the process. */
    void save(Path file) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, Documents.toJson(this).getBytes(StandardCharsets.UTF_8));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
