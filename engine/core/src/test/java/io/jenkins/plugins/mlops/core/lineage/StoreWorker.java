package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import java.nio.file.Path;

/** Keeps records and asks for them, as one of several processes. */
final class StoreWorker {

    static final DatasetVersion DATASET = Trainings.dataset("shared", "a");

    private StoreWorker() {}

    public static void main(String[] args) {
        work(LineageStore.open(Path.of(args[0])), args[1], Integer.parseInt(args[2]));
    }

    /** Appends so many records; after each, what was appended must be found. */
    static void work(LineageStore store, String name, int records) {
        for (int i = 1; i <= records; i++) {
            store.append(Trainings.training(Trainings.model(name + i))
                    .trainingDataset(DATASET)
                    .statement());
            int found = store.find(LineageQuery.dataset(DATASET.contentId().toString()))
                    .size();
            if (found < i) {
                throw new IllegalStateException(name + " kept " + i + " records and found " + found);
            }
            if (i % 7 == 0) {
                store.rebuild();
            }
        }
    }
}
