package io.jenkins.plugins.mlops.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.workload.Labels;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutionKubernetesIT {

    private static final int CRASHES = Integer.getInteger("crashes", 8);
    private static final int ABORTS = Integer.getInteger("aborts", 20);
    private static final int LINES = 10_000;

    private static Path kubeconfig;
    private static String image;
    private static TestCluster cluster;
    private static KubernetesClient admin;
    private static String namespace;

    @TempDir
    Path directory;

    private final Random random = new Random();

    @BeforeAll
    static void begin() {
        image = TestCluster.image("busybox");
        cluster = TestCluster.open(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
        kubeconfig = cluster.kubeconfig();
        admin = cluster.admin();
        namespace = cluster.namespace();
    }

    @AfterAll
    static void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void noLineIsLostOrDoubledHoweverOftenTheWatcherIsKilled() throws Exception {
        String script = "i=1; while [ $i -le " + LINES + " ]; do echo line $i; [ $((i % 100)) = 0 ] && sleep "
                + (CRASHES * 2.2 / 100) + "; i=$((i+1)); done";
        try (ClusterExecutions executions = new ClusterExecutions(kubeconfig, namespace, 1)) {
            Execution.start(
                            directory,
                            ClusterExecutions.workload("crash", 1, 1, image, List.of("sh", "-c", script)),
                            executions.context)
                    .close();
        }
        Path out = directory.resolve("out.txt");
        for (int i = 0; i < CRASHES; i++) {
            Process watcher = watcher(out);
            Thread.sleep(i == 0 ? 1500 + random.nextInt(500) : 900 + random.nextInt(2600));
            watcher.destroyForcibly().waitFor();
        }
        Process last = watcher(out);
        assertThat(last.waitFor(10, TimeUnit.MINUTES)).isTrue();

        assertThat(last.exitValue()).as(Files.readString(out)).isZero();
        List<String> expected =
                IntStream.rangeClosed(1, LINES).mapToObj(i -> "line " + i).collect(Collectors.toList());
        assertThat(Files.readAllLines(Execution.log(directory, 0))).isEqualTo(expected);
        List<String> printed = Files.readAllLines(out).stream()
                .filter(line -> line.startsWith("line "))
                .collect(Collectors.toList());
        assertThat(printed).containsAll(expected);
        System.out.println("printed twice: " + (printed.size() - LINES) + " of " + LINES + " after " + CRASHES);
        assertThat(printed.size() - LINES).isLessThanOrEqualTo(CRASHES);
        assertThat(Execution.status(directory).attempts()).hasSize(1);
        assertNothingIsLeft();
    }

    private Process watcher(Path out) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClusterExecutions.class.getName(),
                        kubeconfig.toString(),
                        namespace,
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(out.toString())))
                .start();
    }

    @Test
    void nothingIsLeftOfAbortsAtRandomMoments() throws Exception {
        List<CompletableFuture<End>> ends = new ArrayList<>();
        try (ClusterExecutions executions = new ClusterExecutions(kubeconfig, namespace, 4)) {
            for (int i = 0; i < ABORTS; i++) {
                Execution execution = Execution.start(
                        directory.resolve("abort-" + i),
                        ClusterExecutions.workload(
                                "abort-" + i, 1 + i % 2, 0, image, List.of("sh", "-c", "echo begun; sleep 600")),
                        executions.context);
                ends.add(executions.drive(execution, quiet()));
                long after = random.nextInt(4000);
                CompletableFuture.delayedExecutor(after, TimeUnit.MILLISECONDS)
                        .execute(() -> execution.stop("aborted"));
                Thread.sleep(random.nextInt(600));
            }
            for (CompletableFuture<End> end : ends) {
                assertThat(end.get(5, TimeUnit.MINUTES).cause()).isEqualTo(End.Cause.STOPPED);
            }
        }
        assertNothingIsLeft();
    }

    @Test
    void logThatTheNodeRotatesIsWhole() throws Exception {
        String script = "i=0; while [ $i -lt 30 ]; do awk -v s=$i 'BEGIN { for (k = 1; k <= 200; k++)"
                + " printf \"line %d %01000d\\n\", s * 200 + k, 0 }'; sleep 1; i=$((i+1)); done";
        try (ClusterExecutions executions = new ClusterExecutions(kubeconfig, namespace, 2)) {
            Execution execution = Execution.start(
                    directory,
                    ClusterExecutions.workload("rotated", 1, 0, image, List.of("sh", "-c", script)),
                    executions.context);
            assertThat(executions
                            .drive(execution, quiet())
                            .get(5, TimeUnit.MINUTES)
                            .succeeded())
                    .isTrue();
        }
        List<String> wrong = new ArrayList<>();
        int expected = 1;
        for (String line : Files.readAllLines(Execution.log(directory, 0))) {
            if (line.startsWith("line " + expected + " ")) {
                expected++;
            } else {
                wrong.add("instead of " + expected + ": " + line.substring(0, Math.min(120, line.length())));
                if (line.startsWith("line ")) {
                    expected = Integer.parseInt(line.split(" ")[1]) + 1;
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(expected).isEqualTo(6_001);
    }

    @Test
    void lastWordsOfATrainingThatIsStoppedAreKept() throws Exception {
        String script =
                "trap 'sleep 0.5; echo checkpoint saved; exit 0' TERM; echo begun; while true; do sleep 0.1; done";
        try (ClusterExecutions executions = new ClusterExecutions(kubeconfig, namespace, 2)) {
            Execution execution = Execution.start(
                    directory,
                    ClusterExecutions.workload("stopped", 1, 0, image, List.of("sh", "-c", script)),
                    executions.context);
            CompletableFuture<End> end = executions.drive(execution, quiet());
            for (int i = 0; i < 300 && !Files.exists(Execution.log(directory, 0)); i++) {
                Thread.sleep(100);
            }
            execution.stop("enough");
            assertThat(end.get(2, TimeUnit.MINUTES).cause()).isEqualTo(End.Cause.STOPPED);
        }
        assertThat(Files.readAllLines(Execution.log(directory, 0))).containsExactly("begun", "checkpoint saved");
    }

    @Test
    void sweeperFindsAndRemovesWhatADeadWatcherLeft() throws Exception {
        try (ClusterExecutions executions = new ClusterExecutions(kubeconfig, namespace, 2)) {
            Execution execution = Execution.start(
                    directory,
                    ClusterExecutions.workload("left", 2, 0, image, List.of("sleep", "600")),
                    executions.context);
            while (execution.status().phase() != Phase.ACTIVE) {
                execution.step(quiet());
            }
            execution.close();
            Sweeper sweeper = new Sweeper(executions.cluster);

            assertThat(sweeper.find(ClusterExecutions.CONTROLLER, Duration.ZERO, execution.run()::equals))
                    .isEmpty();
            assertThat(sweeper.find(ClusterExecutions.CONTROLLER, Duration.ofHours(1), run -> false))
                    .isEmpty();
            List<Sweeper.Leftover> found = sweeper.find(ClusterExecutions.CONTROLLER, Duration.ZERO, run -> false);
            assertThat(found).extracting(Sweeper.Leftover::name).containsExactly("left-1");
            assertThat(left()).contains("Job left-1", "Secret left-1", "Service left-1");
            found.forEach(sweeper::remove);
        }
        assertNothingIsLeft();
    }

    private static ExecutionListener quiet() {
        return ClusterExecutions.printing(new PrintStream(OutputStream.nullOutputStream()));
    }

    private static void assertNothingIsLeft() throws InterruptedException {
        List<String> left = left();
        // Secret and Service are collected after the Job that owned them.
        for (int i = 0; i < 120 && !left.isEmpty(); i++) {
            Thread.sleep(250);
            left = left();
        }
        assertThat(left).isEmpty();
    }

    private static List<String> left() {
        List<String> left = new ArrayList<>();
        admin.batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabel(Labels.CONTROLLER)
                .list()
                .getItems()
                .forEach(job -> left.add("Job " + job.getMetadata().getName()));
        admin.pods()
                .inNamespace(namespace)
                .withLabel(Labels.CONTROLLER)
                .list()
                .getItems()
                .forEach(pod -> left.add("Pod " + pod.getMetadata().getName()));
        admin.secrets()
                .inNamespace(namespace)
                .withLabel(Labels.CONTROLLER)
                .list()
                .getItems()
                .forEach(secret -> left.add("Secret " + secret.getMetadata().getName()));
        admin.services()
                .inNamespace(namespace)
                .withLabel(Labels.CONTROLLER)
                .list()
                .getItems()
                .forEach(service -> left.add("Service " + service.getMetadata().getName()));
        return left;
    }
}
