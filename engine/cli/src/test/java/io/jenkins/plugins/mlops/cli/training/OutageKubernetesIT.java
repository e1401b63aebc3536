package io.jenkins.plugins.mlops.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.Node;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trainings whose cluster loses its API server for a while, or their node. They disturb everything else on the cluster. */
@Timeout(600)
class OutageKubernetesIT {

    private static final String CLUSTER = System.getenv("MLOPS_TEST_CLUSTER");

    private static final String TRAIN = """
            import json, os, pathlib, time
            params = json.load(open(os.environ["MLOPS_PARAMS_FILE"]))
            lines = params["lines"] if os.environ["MLOPS_ATTEMPT"] == "1" else 5
            for line in range(lines):
                print("line", line, flush=True)
                time.sleep(0.2)
            pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text("1.5")
            """;

    @TempDir
    Path directory;

    private TestClusterTraining cluster;

    @AfterEach
    void close() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(CLUSTER != null, "No part of the cluster can be taken away (MLOPS_TEST_CLUSTER)");
        cluster = TestClusterTraining.open(directory, "resources: {cpu: 50m, memory: 256Mi}");
        cluster.write("code/train.py", TRAIN);
        cluster.write("code/train.yaml", """
                name: outage
                command: [python3, train.py]
                image: "%s"
                resources: {gpus: 1, memory: 128Mi}
                deadlines: {queue: 5m, run: 10m}
                kubernetes: {grace: 3s, infrastructureRetries: 1}
                """.formatted(TestCluster.image("python")));
    }

    @Test
    void anApiServerThatIsAwayForHalfAMinuteCostsNothing() throws Exception {
        Path run = directory.resolve("run");
        Process mlops = cluster.train(run, "--param", "lines=200");
        cluster.awaitLines(run, 20);

        clusterDoes("restart-apiserver", "30");

        assertThat(mlops.waitFor(5, TimeUnit.MINUTES)).as(cluster.log("err")).isTrue();
        assertThat(mlops.exitValue()).as(cluster.log("err")).isZero();
        assertThat(lines(run))
                .isEqualTo(IntStream.range(0, 200).mapToObj(i -> "line " + i).toList());
        assertThat(cluster.log("err")).contains("answers again");
        ExecutionStatus status = status(run);
        assertThat(status.attempts()).hasSize(1);
        assertThat(status.infrastructureRetries() + status.failureRetries()).isZero();
        cluster.assertNothingIsLeft();
    }

    @Test
    void aNodeThatIsLostTakesTheClustersBudgetAndTheNextAttemptIsWhole() throws Exception {
        Path run = directory.resolve("run");
        Process mlops = cluster.train(run, "--param", "lines=3000");
        cluster.awaitLines(run, 20);
        List<Node> nodes = cluster.cluster().admin().nodes().list().getItems().stream()
                .filter(node -> !node.getMetadata().getName().startsWith("kwok"))
                .toList();

        clusterDoes("stop-kubelet");
        try {
            nodes.forEach(node -> cluster.cluster().admin().resource(node).delete());
            awaitRetry(run);
        } finally {
            clusterDoes("start-kubelet");
        }

        assertThat(mlops.waitFor(5, TimeUnit.MINUTES)).as(cluster.log("err")).isTrue();
        assertThat(mlops.exitValue()).as(cluster.log("err")).isZero();
        ExecutionStatus status = status(run);
        assertThat(status.attempts()).hasSize(2);
        assertThat(status.attempts().get(0).end().cause())
                .as(status.attempts().get(0).end().sentence())
                .isEqualTo(End.Cause.NODE_LOST);
        assertThat(status.infrastructureRetries()).isEqualTo(1);
        assertThat(status.failureRetries()).isZero();
        assertThat(run.resolve("output/model/mean.txt")).hasContent("1.5");
        assertThat(lines(run)).endsWith("line 4");
        cluster.assertNothingIsLeft();
    }

    private void awaitRetry(Path run) throws Exception {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        while (status(run).infrastructureRetries() == 0) {
            assertThat(System.nanoTime()).as(cluster.log("err")).isLessThan(until);
            Thread.sleep(500);
        }
    }

    private static ExecutionStatus status(Path run) {
        return Execution.status(ClusterTraining.executionDirectory(run, Workload.Role.TRAINING));
    }

    private static List<String> lines(Path run) throws Exception {
        return Files.readAllLines(Execution.log(ClusterTraining.executionDirectory(run, Workload.Role.TRAINING), 0));
    }

    private void clusterDoes(String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(CLUSTER));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("cluster").toFile())
                .start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(cluster.log("cluster")).isZero();
    }
}
