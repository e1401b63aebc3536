package io.jenkins.plugins.mlops.core.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LineageStoreConcurrencyTest {

    @TempDir
    Path directory;

    @Test
    void severalProcessesKeepAndAskAtOnceWhileTheIndexIsRebuilt() throws Exception {
        List<Process> workers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            workers.add(start("worker" + i + "-", 20));
        }
        for (Process worker : workers) {
            String output = new String(worker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(worker.waitFor()).as(output).isZero();
        }
        assertThat(found()).isEqualTo(60);
        assertThat(LineageStore.open(directory).problems()).isEmpty();
    }

    @Test
    void severalThreadsKeepAndAskAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                String name = "thread" + i + "-";
                done.add(threads.submit(() -> StoreWorker.work(LineageStore.open(directory), name, 15)));
            }
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(found()).isEqualTo(90);
    }

    @Test
    void aProcessKilledAtWorkLeavesAStoreThatWorks() throws Exception {
        Process worker = start("killed-", 10_000);
        while (worker.isAlive() && records() < 10) {
            Thread.sleep(20);
        }
        worker.destroyForcibly().waitFor();
        LineageStore store = LineageStore.open(directory);
        store.append(Trainings.training(Trainings.model("after"))
                .trainingDataset(StoreWorker.DATASET)
                .statement());
        int found = found();
        assertThat(found).isGreaterThan(10).isEqualTo(records());
        assertThat(store.problems()).isEmpty();
        assertThat(store.find(LineageQuery.file(Digest.of("after")))).hasSize(1);
    }

    private int found() {
        return LineageStore.open(directory)
                .find(LineageQuery.dataset(StoreWorker.DATASET.contentId().toString()))
                .size();
    }

    private int records() throws IOException {
        return new StoreFiles(directory.resolve("records")).list().files().size();
    }

    private Process start(String name, int records) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreWorker.class.getName(),
                        directory.toString(),
                        name,
                        String.valueOf(records))
                .redirectErrorStream(true)
                .start();
    }
}
