package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Hands the records of a store to receivers, each at least once whatever crashes, whenever a receiver is within reach. Below
 * {@code outbox/<receiver>} of the store, a record goes through these states:
 *
 * <ol>
 *   <li><b>marked</b>: a file named by the record lies in {@code pending}; it is made before the record is kept, so that no record is
 *       forgotten. A mark without a record is one whose writer died in between, or is about to write it, and is left alone;
 *   <li><b>delivered</b>: the receiver took it, and the mark is gone. Who dies between the two delivers again, with the same digest;
 *   <li><b>rejected</b>: the receiver does not want it; {@code rejected} has the reason, and the mark is gone. It is not tried again
 *       until someone asks for that.
 * </ol>
 *
 * <p>A receiver out of reach fails nobody: its records wait, and it is left in peace for a while that doubles with each failure. Several
 * processes may deliver at once; for one receiver one of them does, and it goes on while others mark. Thread-safe. A method fails with
 * an {@link MlopsException} of kind FAILED when the directory cannot be used.
 */
public final class Outbox {

    private final Path directory;
    private final StoreFiles records;
    private final List<OutboxTray> trays;

    Outbox(Path directory, StoreFiles records, Collection<? extends RecordReceiver> receivers, Clock clock) {
        this.directory = directory;
        this.records = records;
        this.trays = receivers.stream()
                .map(receiver -> new OutboxTray(directory.resolve(checked(receiver.name())), receiver, records, clock))
                .toList();
    }

    private static String checked(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9-]*")) {
            throw new IllegalArgumentException("no name of a receiver: " + name);
        }
        return name;
    }

    /** Marks a record for every receiver; done before it is kept. */
    void mark(Digest record) {
        trays.forEach(tray -> tray.mark(record));
    }

    /** Delivers what waits, to the receivers that are not left in peace now. */
    public List<Delivery> deliver() {
        return trays.stream().map(tray -> tray.deliver(false)).toList();
    }

    /** Delivers what waits to every receiver. */
    public List<Delivery> deliverNow() {
        return trays.stream().map(tray -> tray.deliver(true)).toList();
    }

    /** Marks every record of the store for every receiver, for one that was not there when they were made. */
    public void markAll() {
        try {
            for (Digest record : records.list().files()) {
                mark(record);
            }
        } catch (IOException e) {
            throw MlopsException.failed("The records in " + records.directory() + " cannot be listed: " + e, e);
        }
    }

    /** Marks again what was rejected. */
    public void markRejected() {
        trays.forEach(OutboxTray::markRejected);
    }

    /** What is set aside, by the receiver's name. */
    public Map<String, List<Delivery.Rejection>> rejected() {
        Map<String, List<Delivery.Rejection>> rejected = new TreeMap<>();
        trays.forEach(tray -> rejected.put(tray.name(), tray.rejected()));
        return rejected;
    }

    /** How many records wait for receivers that this process does not have, by their names. */
    public Map<String, Integer> unattended() {
        Map<String, Integer> unattended = new TreeMap<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, Files::isDirectory)) {
            List<String> ours = new ArrayList<>();
            trays.forEach(tray -> ours.add(tray.name()));
            for (Path tray : found) {
                String name = String.valueOf(tray.getFileName());
                int waiting = ours.contains(name)
                        ? 0
                        : OutboxTray.marked(tray.resolve(OutboxTray.PENDING)).size();
                if (waiting > 0) {
                    unattended.put(name, waiting);
                }
            }
        } catch (NoSuchFileException e) {
            return unattended; // nothing was ever marked
        } catch (IOException e) {
            throw MlopsException.failed("The outbox " + directory + " cannot be listed: " + e, e);
        }
        return unattended;
    }
}
