package io.jenkins.plugins.mlops.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.ControllerDirectory;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The audit in {@code mlops/audit} of Jenkins' home: a file a month, a JSON document a line, which is only added to and on the disk before
 * the call returns. Thread-safe.
 */
public final class AuditLog {

    private static final Logger LOGGER = Logger.getLogger(AuditLog.class.getName());
    private static final Object LOCK = new Object();

    private AuditLog() {}

    /** Adds a record; one that cannot be written is told in Jenkins' log, with all that it says. */
    public static void add(@NonNull AuditRecord record) {
        String line = line(record);
        synchronized (LOCK) {
            try {
                Path directory = Files.createDirectories(ControllerDirectory.part("audit"));
                Path file = directory.resolve(record.at().substring(0, 7) + ".jsonl");
                try (FileChannel channel =
                        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                    for (ByteBuffer left = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
                            left.hasRemaining(); ) {
                        channel.write(left);
                    }
                    channel.force(false);
                }
            } catch (IOException e) {
                LOGGER.log(Level.SEVERE, e, () -> "The audit cannot be written; it lacks " + line);
            }
        }
    }

    private static String line(AuditRecord record) {
        try {
            return Documents.json().writeValueAsString(record);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers can be written", e);
        }
    }
}
