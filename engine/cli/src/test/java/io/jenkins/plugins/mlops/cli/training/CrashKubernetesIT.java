package io.jenkins.plugins.mlops.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.training.ClusterStage;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mlops train --backend kubernetes} and {@code mlops train resume}, killed by SIGKILL at random moments: from the first check to the last
 * record. {@code MLOPS_TEST_KILLS} says how often in all (6); the moments follow from {@code MLOPS_TEST_SEED}.
 */
@Timeout(3600)
class CrashKubernetesIT {

    private static final int KILLS = number("MLOPS_TEST_KILLS", 6);
    private static final int LINES = 10_000;
    private static final int LONGEST_LIFE_MILLIS = 11_000;

    private static final String TRAIN = """
            import os, pathlib, time
            began = time.monotonic()
            for line in range(%d):
                print("line", line, flush=True)
                time.sleep(max(0, began + line * 0.006 - time.monotonic()))
            pathlib.Path(os.environ["MLOPS_MODEL_DIR"], "mean.txt").write_text("1.5")
            """.formatted(LINES);

    private static final String EVALUATE = """
            import os, pathlib
            pathlib.Path(os.environ["MLOPS_METRICS_FILE"]).write_text('{"error": 1}')
            """;

    /** The uids of all Jobs that were ever in the namespace, by name. */
    private final Map<String, Set<String>> jobs = new ConcurrentHashMap<>();

    private final Map<ClusterStage, Integer> killedIn = new EnumMap<>(ClusterStage.class);
    private int kills;

    private static int number(String variable, int otherwise) {
        String value = System.getenv(variable);
        return value == null ? otherwise : Integer.parseInt(value);
    }

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
        cluster = TestClusterTraining.open(directory, "resources: {cpu: 50m, memory: 256Mi}");
        cluster.write("code/train.py", TRAIN);
        cluster.write("code/evaluate.py", EVALUATE);
        cluster.write("holdout/c.txt", "2.5");
        cluster.put("holdout/c.txt");
        cluster.write(
                "code/train.yaml", """
                name: crash
                experiment: %s
                command: [python3, train.py]
                image: "%s"
                resources: {gpus: 1, memory: 128Mi}
                deadlines: {queue: 5m, run: 20m}
                kubernetes: {grace: 3s}
                evaluation: {command: [python3, evaluate.py], dataset: {from: "s3://%s/holdout"}}
                """.formatted(cluster.bucket(), TestCluster.image("python"), cluster.bucket()));
    }

    @Test
    void whateverMomentItIsKilledAtNothingIsLostOrDoneTwice() throws Exception {
        Random random = new Random(number("MLOPS_TEST_SEED", 20261127));
        int trainings = 0;
        try (SharedIndexInformer<Job> watch = watchJobs()) {
            while (kills < KILLS) {
                Path run = directory.resolve("run-" + trainings);
                trainings++;
                toTheEnd(run, random);
                System.out.println(
                        kills + " kills over " + trainings + " trainings, by the stage they came in: " + killedIn);
                assertAllIsThereOnce(run);
                cluster.assertNothingIsLeft();
            }
            assertThat(watch.isRunning()).isTrue();
        }
    }

    /** Kills whoever watches until there were enough kills or the training is over; then lets it be seen through. */
    private void toTheEnd(Path run, Random random) throws Exception {
        while (true) {
            boolean begun = ClusterTraining.isIn(run);
            if (!begun && Files.exists(run)) {
                FileTree.delete(run);
            }
            Process mlops = begun ? cluster.mlops("train", "resume", run.toString()) : cluster.train(run);
            boolean last = kills >= KILLS;
            boolean ended = last
                    ? mlops.waitFor(10, TimeUnit.MINUTES)
                    : mlops.waitFor(random.nextInt(LONGEST_LIFE_MILLIS), TimeUnit.MILLISECONDS);
            if (ended) {
                assertThat(mlops.exitValue()).as(cluster.log("err")).isZero();
                return;
            }
            assertThat(last).as("it is over in time: " + cluster.log("err")).isFalse();
            mlops.destroyForcibly().waitFor();
            kills++;
            ClusterStage stage =
                    ClusterTraining.isIn(run) ? ClusterTraining.status(run).stage() : ClusterStage.PREPARING;
            killedIn.merge(stage, 1, Integer::sum);
        }
    }

    private void assertAllIsThereOnce(Path run) throws Exception {
        var status = ClusterTraining.status(run);
        assertThat(status.stage()).isEqualTo(ClusterStage.FINISHED);
        List<String> lines =
                Files.readAllLines(Execution.log(ClusterTraining.executionDirectory(run, Workload.Role.TRAINING), 0));
        assertThat(lines)
                .isEqualTo(IntStream.range(0, LINES).mapToObj(i -> "line " + i).toList());
        for (Workload.Role role : List.of(Workload.Role.TRAINING, Workload.Role.EVALUATION)) {
            var execution = Execution.status(ClusterTraining.executionDirectory(run, role));
            assertThat(execution.attempts()).as(role.toString()).hasSize(1);
            String name = execution.object().substring(execution.object().indexOf(' ') + 1);
            assertThat(jobs.get(name)).as(name).hasSize(1);
        }
        String ours = status.id().replace("-", "").substring(0, 8);
        List<String> names = new ArrayList<>(jobs.keySet());
        names.removeIf(name -> !name.contains(ours));
        assertThat(names).as("Jobs of the training").hasSize(2);
        assertThat(run.resolve("output/model/mean.txt")).hasContent("1.5");
        try (MlflowServer mlflow = cluster.mlflow()) {
            var runs = mlflow.runsByTag(cluster.bucket(), RunTags.RUN, status.id());
            assertThat(runs).hasSize(1);
            assertThat(runs.get(0).status()).isEqualTo(RunStatus.FINISHED);
            assertThat(runs.get(0).tags()).containsKeys(RunTags.MODEL_DIGEST, RunTags.LINEAGE, RunTags.EVALUATION);
        }
    }

    /** It begins anew when the API server was away. */
    private SharedIndexInformer<Job> watchJobs() {
        return cluster.cluster()
                .admin()
                .batch()
                .v1()
                .jobs()
                .inNamespace(cluster.cluster().namespace())
                .inform(new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(Job job) {
                        jobs.computeIfAbsent(job.getMetadata().getName(), name -> ConcurrentHashMap.newKeySet())
                                .add(job.getMetadata().getUid());
                    }

                    @Override
                    public void onUpdate(Job before, Job job) {
                        onAdd(job);
                    }

                    @Override
                    public void onDelete(Job job, boolean unknown) {
                        onAdd(job);
                    }
                });
    }
}
