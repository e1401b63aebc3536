package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The part of an {@link Outbox} that belongs to one receiver. Thread-safe. */
final class OutboxTray {

    static final String PENDING = "pending";

    private static final String REJECTED = "rejected";
    private static final Duration FIRST_PEACE = Duration.ofSeconds(30);
    private static final Duration MAX_PEACE = Duration.ofHours(1);
    private static final int MAX_DOUBLINGS = 16;

    /** The trays that a thread of this process delivers from; the operating system's locks know no threads. */
    private static final Set<Path> BUSY = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final Path pending;
    private final StoreFiles rejections;
    private final RecordReceiver receiver;
    private final StoreFiles records;
    private final Clock clock;

    /** How the receiver failed last. @param failures in a row, 1 or more */
    record Peace(int failures, Instant until, String problem) {}

    private record Marked(Digest record, FileTime since) {}

    OutboxTray(Path directory, RecordReceiver receiver, StoreFiles records, Clock clock) {
        this.directory = directory;
        this.pending = directory.resolve(PENDING);
        this.rejections = new StoreFiles(directory.resolve(REJECTED));
        this.receiver = receiver;
        this.records = records;
        this.clock = clock;
    }

    String name() {
        return receiver.name();
    }

    void mark(Digest record) {
        guarded(() -> Documents.writeAtomically(pending.resolve(record.hex()), ""));
    }

    /** The marks in a directory, the oldest first. */
    static List<Digest> marked(Path pending) throws IOException {
        List<Marked> found = new ArrayList<>();
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(pending)) {
            for (Path mark : marks) {
                String name = String.valueOf(mark.getFileName());
                if (Digest.isDigest("sha256:" + name)) {
                    try {
                        found.add(new Marked(new Digest(name), Files.getLastModifiedTime(mark)));
                    } catch (NoSuchFileException e) {
                        continue; // another process delivered it
                    }
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        found.sort(Comparator.comparing(Marked::since).thenComparing(Marked::record));
        return found.stream().map(Marked::record).toList();
    }

    /** @param always whether to try a receiver that is left in peace, too */
    Delivery deliver(boolean always) {
        return guarded(() -> {
            List<Digest> open = open();
            Peace peace = peace();
            if (open.isEmpty() || !always && peace != null && peace.until().isAfter(clock.instant())) {
                return open.isEmpty()
                        ? new Delivery(name(), 0, 0, List.of(), null, null)
                        : new Delivery(name(), 0, open.size(), List.of(), peace.problem(), peace.until());
            }
            Round round = new Round();
            // Whoever marks while we deliver finds the lock taken and relies on us, so we look again after giving it
            // back.
            while (round.problem == null && !open.isEmpty() && round.hold(open)) {
                open = open();
            }
            return round.result();
        });
    }

    /** Marks whose records are there. */
    private List<Digest> open() throws IOException {
        return marked(pending).stream().filter(records::holds).toList();
    }

    /** One call's deliveries. */
    private final class Round {

        private final List<Delivery.Rejection> rejected = new ArrayList<>();
        private int delivered;
        private String problem;
        private Instant next;

        /** Delivers them unless someone else is delivering; whether this did. */
        boolean hold(List<Digest> open) throws IOException {
            if (!BUSY.add(directory)) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(
                            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = tryLock(channel)) {
                if (lock == null) {
                    return false;
                }
                for (Digest record : open) {
                    if (problem == null && Files.exists(pending.resolve(record.hex()))) {
                        hand(record);
                    }
                }
                return true;
            } finally {
                BUSY.remove(directory);
            }
        }

        private void hand(Digest digest) throws IOException {
            try {
                Path file = records.file(digest);
                byte[] bytes = RecordFile.bytes(file);
                RecordFile record = RecordFile.parse(bytes, file.toString()).named(digest, file);
                receiver.receive(digest, bytes, record.statement());
                delivered++;
                Files.deleteIfExists(directory.resolve("peace.json"));
            } catch (MlopsException e) {
                switch (e.kind()) {
                    case UNREACHABLE -> leaveInPeace(e.getMessage());
                    case INTERRUPTED -> problem = e.getMessage();
                    default -> reject(digest, e.getMessage());
                }
            }
            if (problem == null) {
                Files.deleteIfExists(pending.resolve(digest.hex()));
            }
        }

        private void leaveInPeace(String why) throws IOException {
            Peace before = peace();
            int failures = before == null ? 1 : before.failures() + 1;
            Duration wait = FIRST_PEACE.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
            problem = why;
            next = clock.instant().plus(wait.compareTo(MAX_PEACE) > 0 ? MAX_PEACE : wait);
            Documents.writeJson(directory.resolve("peace.json"), new Peace(failures, next, why));
        }

        private void reject(Digest digest, String why) throws IOException {
            Delivery.Rejection rejection = new Delivery.Rejection(digest, clock.instant(), why);
            Documents.writeJson(rejections.file(digest), rejection);
            rejected.add(rejection);
        }

        Delivery result() throws IOException {
            int waiting = open().size();
            return new Delivery(name(), delivered, waiting, rejected, waiting == 0 ? null : problem, next);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // another class loader of this process
        }
    }

    private Peace peace() {
        Path file = directory.resolve("peace.json");
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return Documents.read(file, Peace.class);
        } catch (MlopsException e) {
            return null; // what cannot be read keeps nobody from trying
        }
    }

    void markRejected() {
        for (Delivery.Rejection rejection : rejected()) {
            mark(rejection.record());
            guarded(() -> Files.deleteIfExists(rejections.file(rejection.record())));
        }
    }

    List<Delivery.Rejection> rejected() {
        return guarded(() -> {
            List<Delivery.Rejection> rejected = new ArrayList<>();
            for (Digest record : rejections.list().files()) {
                rejected.add(Documents.read(rejections.file(record), Delivery.Rejection.class));
            }
            rejected.sort(Comparator.comparing(Delivery.Rejection::at).thenComparing(Delivery.Rejection::record));
            return rejected;
        });
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    private void guarded(Writing writing) {
        guarded(() -> {
            writing.run();
            return null;
        });
    }

    private <T> T guarded(Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw MlopsException.failed(
                    "The outbox " + directory + " cannot be used (" + e + "): check its directory and free space", e);
        }
    }
}
