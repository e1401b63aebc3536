package io.jenkins.plugins.mlops.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.ControllerDirectory;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
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

    /**
     * Adds a record, unless one of this month or the last says the same but for its time: what is done again after a restart of Jenkins is
     * in it once. One that cannot be written is told in Jenkins' log, with all that it says.
     */
    public static void add(@NonNull AuditRecord record) {
        synchronized (LOCK) {
            if (!isThere(record)) {
                write(record);
            }
        }
    }

    private static void write(AuditRecord record) {
        String line = line(record) + "\n";
        try {
            Path file = file(month(record));
            Files.createDirectories(directory());
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                String begin = endsWithin(channel) ? "\n" : "";
                channel.position(channel.size());
                for (ByteBuffer left = ByteBuffer.wrap((begin + line).getBytes(StandardCharsets.UTF_8));
                        left.hasRemaining(); ) {
                    channel.write(left);
                }
                channel.force(false);
            }
        } catch (IOException e) {
            LOGGER.log(Level.SEVERE, e, () -> "The audit cannot be written; it lacks " + line);
        }
    }

    /** Whether its last line is half of one, which a full disk has left. */
    private static boolean endsWithin(FileChannel channel) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        return channel.size() > 0 && channel.read(last, channel.size() - 1) == 1 && last.get(0) != '\n';
    }

    private static boolean isThere(AuditRecord record) {
        ObjectNode said = withoutTime(Documents.json().valueToTree(record));
        YearMonth month = month(record);
        return isIn(file(month), record.from(), said) || isIn(file(month.minusMonths(1)), record.from(), said);
    }

    private static boolean isIn(Path file, String from, ObjectNode said) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains(from) && said.equals(parsed(line))) {
                    return true;
                }
            }
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.FINEST, "nothing was done in that month", e);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> file + " cannot be read, so something may be in it twice");
        }
        return false;
    }

    /** What a line says without its time; null for half a line. */
    private static ObjectNode parsed(String line) {
        try {
            return Documents.json().readTree(line) instanceof ObjectNode record ? withoutTime(record) : null;
        } catch (JsonProcessingException e) {
            LOGGER.log(Level.FINE, "no record", e);
            return null;
        }
    }

    private static ObjectNode withoutTime(ObjectNode record) {
        return record.without("at");
    }

    private static Path directory() {
        return ControllerDirectory.part("audit");
    }

    private static Path file(YearMonth month) {
        return directory().resolve(month + ".jsonl");
    }

    private static YearMonth month(AuditRecord record) {
        return YearMonth.from(Instant.parse(record.at()).atOffset(ZoneOffset.UTC));
    }

    private static String line(AuditRecord record) {
        try {
            return Documents.json().writeValueAsString(record);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers can be written", e);
        }
    }
}
