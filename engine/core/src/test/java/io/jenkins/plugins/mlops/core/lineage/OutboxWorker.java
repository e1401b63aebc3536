package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Keeps records and delivers them, until it is killed. */
final class OutboxWorker {

    private OutboxWorker() {}

    /** A receiver that keeps the records as files. */
    record Inbox(Path directory) implements RecordReceiver {
        @Override
        public String name() {
            return "inbox";
        }

        @Override
        public void receive(Digest record, byte[] bytes, Statement statement) {
            try {
                Files.createDirectories(directory);
                Files.write(directory.resolve(record.hex() + ".json"), bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public static void main(String[] args) {
        LineageStore store = LineageStore.open(Path.of(args[0]), List.of(new Inbox(Path.of(args[1]))));
        for (int i = 0; i < 100_000; i++) {
            store.append(Trainings.training(Trainings.model(args[2] + i)).statement());
            if (i % 3 == 0) {
                store.outbox().deliver();
            }
        }
    }
}
