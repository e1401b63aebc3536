package io.jenkins.plugins.mlops.core.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Executions that controllers of other projects run, for real; {@code MLOPS_TEST_CONTROLLERS} says which of them are there. */
@Timeout(300)
class ControllersKubernetesIT {

    private static final String KUEUE = "kueue.x-k8s.io/v1beta2";

    @TempDir
    Path directory;

    private final Queue<String> notes = new ConcurrentLinkedQueue<>();
    private TestCluster cluster;
    private String image;

    private void need(String controller) {
        String there = System.getenv("MLOPS_TEST_CONTROLLERS");
        assumeTrue(
                there != null && Arrays.asList(there.split(" ")).contains(controller),
                "The controller " + controller + " does not run beside the cluster (MLOPS_TEST_CONTROLLERS)");
        image = TestCluster.image("busybox");
        cluster = TestCluster.open(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
    }

    @AfterEach
    void close() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aJobSetOfTwoRunsWhole() throws Exception {
        need("jobset");
        Workload workload = with(
                ClusterExecutions.workload(
                        "set", 2, 1, image, List.of("sh", "-c", "echo rank $MLOPS_RANK of $MLOPS_NODES; sleep 2")),
                Workload.Kind.JOBSET,
                null);

        End end = run(workload).get(4, TimeUnit.MINUTES);

        assertThat(end.succeeded()).as(end.sentence()).isTrue();
        assertThat(Files.readAllLines(Execution.log(directory, 0))).containsExactly("rank 0 of 2");
        assertThat(Files.readAllLines(Execution.log(directory, 1))).containsExactly("rank 1 of 2");
        assertThat(Execution.status(directory).gpuSeconds()).isPositive();
        assertNothingIsLeft();
    }

    @Test
    void aJobSetWithARankThatFailsEndsAsAWhole() throws Exception {
        need("jobset");
        Workload workload = with(
                ClusterExecutions.workload(
                        "set", 2, 0, image, List.of("sh", "-c", "[ $MLOPS_RANK = 0 ] && sleep 300; sleep 1; exit 7")),
                Workload.Kind.JOBSET,
                null);

        End end = run(workload).get(4, TimeUnit.MINUTES);

        assertThat(end.cause()).as(end.sentence()).isEqualTo(End.Cause.EXITED);
        assertThat(end.sentence()).contains("7");
        assertThat(end.rank()).isEqualTo(1);
        assertNothingIsLeft();
    }

    @Test
    void kueueHoldsWhatItsQuotaDoesNotTakeAndAdmitsItWhenThereIsRoom() throws Exception {
        need("kueue");
        queue(cluster.namespace(), 1);
        try (ClusterExecutions executions = new ClusterExecutions(cluster.kubeconfig(), cluster.namespace(), 2)) {
            CompletableFuture<End> first = drive(executions, "first", queued("first", "sleep 25"));
            awaitLog("first");
            CompletableFuture<End> second = drive(executions, "second", queued("second", "echo admitted"));
            long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            while (notes.stream().noneMatch(note -> note.contains("Kueue")) && System.nanoTime() < until) {
                Thread.sleep(200);
            }
            assertThat(second).isNotDone();

            assertThat(first.get(3, TimeUnit.MINUTES).succeeded()).isTrue();
            assertThat(second.get(3, TimeUnit.MINUTES).succeeded())
                    .as(notes.toString())
                    .isTrue();
        }
        assertThat(notes).anySatisfy(note -> assertThat(note).contains("Waiting", "Kueue"));
        assertThat(Files.readAllLines(Execution.log(directory.resolve("second"), 0)))
                .containsExactly("begun", "admitted");
        assertNothingIsLeft();
    }

    private Workload queued(String name, String script) {
        return with(
                ClusterExecutions.workload(name, 1, 1, image, List.of("sh", "-c", "echo begun; " + script)),
                Workload.Kind.JOB,
                "research");
    }

    /** A queue of the namespace whose quota has so many GPUs. */
    private void queue(String suffix, int gpus) {
        apply("ResourceFlavor", "flavor-" + suffix, null, Map.of());
        apply(
                "ClusterQueue",
                "cluster-" + suffix,
                null,
                Map.of(
                        "namespaceSelector",
                        Map.of(),
                        "resourceGroups",
                        List.of(Map.of(
                                "coveredResources",
                                List.of("cpu", "memory", "nvidia.com/gpu"),
                                "flavors",
                                List.of(Map.of(
                                        "name",
                                        "flavor-" + suffix,
                                        "resources",
                                        List.of(
                                                quota("cpu", "8"),
                                                quota("memory", "8Gi"),
                                                quota("nvidia.com/gpu", Integer.toString(gpus)))))))));
        apply("LocalQueue", "research", cluster.namespace(), Map.of("clusterQueue", "cluster-" + suffix));
    }

    private static Map<String, String> quota(String name, String amount) {
        return Map.of("name", name, "nominalQuota", amount);
    }

    private void apply(String kind, String name, String namespace, Map<String, Object> spec) {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setApiVersion(KUEUE);
        object.setKind(kind);
        object.setMetadata(new io.fabric8.kubernetes.api.model.ObjectMetaBuilder()
                .withName(name)
                .withNamespace(namespace)
                .build());
        object.setAdditionalProperty("spec", spec);
        cluster.admin().resource(object).create();
    }

    private CompletableFuture<End> run(Workload workload) throws Exception {
        ClusterExecutions executions = new ClusterExecutions(cluster.kubeconfig(), cluster.namespace(), 2);
        CompletableFuture<End> end =
                executions.drive(Execution.start(directory, workload, executions.context), listener());
        return end.whenComplete((done, cause) -> new Thread(executions::close).start());
    }

    private CompletableFuture<End> drive(ClusterExecutions executions, String name, Workload workload) {
        return executions.drive(Execution.start(directory.resolve(name), workload, executions.context), listener());
    }

    private void awaitLog(String name) throws Exception {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!Files.exists(Execution.log(directory.resolve(name), 0))) {
            assertThat(System.nanoTime()).as(notes.toString()).isLessThan(until);
            Thread.sleep(100);
        }
    }

    private ExecutionListener listener() {
        return new ExecutionListener() {
            @Override
            public void note(String text) {
                notes.add(text);
            }

            @Override
            public void output(long number, String line) {
                // The log has it.
            }
        };
    }

    private static Workload with(Workload workload, Workload.Kind kind, String queue) {
        return new Workload(
                workload.name(),
                kind,
                workload.identity(),
                workload.nodes(),
                workload.image(),
                workload.command(),
                workload.directory(),
                workload.environment(),
                workload.secretEnvironment(),
                workload.resources(),
                new Workload.Placement(null, null, null, null, null, queue, null, null),
                workload.security(),
                new Workload.Limits(Duration.ofMinutes(4), Duration.ofMinutes(4), Duration.ofSeconds(2), null, 0, 0),
                workload.plan());
    }

    private void assertNothingIsLeft() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        int pods = pods();
        while (pods > 0 && System.nanoTime() < until) {
            Thread.sleep(500);
            pods = pods();
        }
        assertThat(pods).isZero();
    }

    private int pods() {
        return cluster.admin()
                .pods()
                .inNamespace(cluster.namespace())
                .list()
                .getItems()
                .size();
    }
}
