package io.jenkins.plugins.mlops.core.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.OperatingSystemMXBean;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.workload.Manifests;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many executions at once, on nodes without a machine. */
class ExecutionScaleKubernetesIT {

    private static final int EXECUTIONS = Integer.getInteger("executions", 100);
    private static final int RUN_SECONDS = Integer.getInteger("run.seconds", 30);
    private static final int THREADS = 4;

    @TempDir
    Path directory;

    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    @Test
    void manyTrainingsTakeFewThreadsLittleTimeAndBoundedRequests() throws Exception {
        String script = System.getenv("MLOPS_TEST_CLUSTER");
        assumeTrue(script != null, "no cluster with nodes of kwok: MLOPS_TEST_CLUSTER is not set");
        Process kwok =
                new ProcessBuilder(script, "kwok", "20", "64").inheritIO().start();
        assertThat(kwok.waitFor()).isZero();
        try (TestCluster cluster = TestCluster.open();
                ClusterExecutions executions =
                        new ClusterExecutions(cluster.kubeconfig(), cluster.namespace(), THREADS)) {
            measure(executions);
            assertThat(executions.cluster.listOwn(ClusterExecutions.CONTROLLER, List.of()))
                    .isEmpty();
        }
    }

    private void measure(ClusterExecutions executions) throws Exception {
        ExecutionContext context = new ExecutionContext(
                executions.context.cluster,
                (workload, attempt) -> slow(executions.context.recipe.make(workload, attempt)),
                executions.context.judgement,
                executions.context.facts,
                Timing.DEFAULT,
                executions.context.clock);
        List<Execution> all = new ArrayList<>();
        List<CompletableFuture<End>> ends = new ArrayList<>();
        long begun = System.nanoTime();
        long cpu = process.getProcessCpuTime();
        for (int i = 0; i < EXECUTIONS; i++) {
            Execution execution = Execution.start(directory.resolve("run-" + i), workload(i), context);
            all.add(execution);
            ends.add(executions.drive(
                    execution,
                    ClusterExecutions.printing(new java.io.PrintStream(java.io.OutputStream.nullOutputStream()))));
        }
        int threads = 0;
        long steadyFrom = 0;
        long steadyCpu = 0;
        while (ends.stream().anyMatch(end -> !end.isDone())) {
            Thread.sleep(500);
            threads = Math.max(threads, ManagementFactory.getThreadMXBean().getThreadCount());
            boolean running = all.stream().allMatch(one -> one.status().runDeadline() != null);
            if (running && steadyFrom == 0) {
                tell("all run after", begun, cpu, executions);
                steadyFrom = System.nanoTime();
                steadyCpu = process.getProcessCpuTime();
            } else if (!running && steadyFrom > 0) {
                tell("first ended, running time alone", steadyFrom, steadyCpu, executions);
                steadyFrom = -1;
            }
            assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.MINUTES.toNanos(9));
        }
        for (CompletableFuture<End> end : ends) {
            assertThat(end.get().succeeded()).as(end.get().sentence()).isTrue();
        }
        double share = tell("all ended after", begun, cpu, executions);
        double requests = (executions.cluster.requests() + executions.watch.requests()) / (double) EXECUTIONS;
        System.out.printf("threads at most %d, requests a training %.1f%n", threads, requests);
        assertThat(threads).isLessThan(60);
        assertThat(requests).isLessThan(40);
        if (EXECUTIONS >= 500) {
            // Of fewer, on a short run, starting up is most of it.
            assertThat(share).isLessThan(0.5);
        }
    }

    private double tell(String what, long begun, long cpu, ClusterExecutions executions) {
        double seconds = (System.nanoTime() - begun) / 1e9;
        double share = (process.getProcessCpuTime() - cpu) / 1e9 / seconds;
        System.out.printf(
                "%d executions, %s %.1f s: %.2f cores, %d calls, %d lists and watches, %d threads%n",
                EXECUTIONS,
                what,
                seconds,
                share,
                executions.cluster.requests(),
                executions.watch.requests(),
                ManagementFactory.getThreadMXBean().getThreadCount());
        return share;
    }

    /** Its pods run for a while. */
    private static Manifests.Objects slow(Manifests.Objects objects) {
        ((Job) objects.main())
                .getSpec()
                .getTemplate()
                .getMetadata()
                .setAnnotations(Map.of("pod-complete.stage.kwok.x-k8s.io/delay", RUN_SECONDS + "s"));
        return objects;
    }

    private static Workload workload(int i) {
        return new Workload(
                "scale-" + i,
                Workload.Kind.JOB,
                new Workload.Identity(
                        ClusterExecutions.CONTROLLER, UUID.randomUUID().toString(), Workload.Role.TRAINING, null),
                1,
                "registry.example.com/none@sha256:" + "a".repeat(64),
                List.of("train"),
                null,
                Map.of(),
                java.util.Set.of("TOKEN"),
                new Workload.PodResources(1, "nvidia.com/gpu", "1", "1Gi", null),
                new Workload.Placement(
                        Map.of("type", "kwok"),
                        List.of(new Workload.Toleration("kwok.x-k8s.io/node", "Exists", null, "NoSchedule")),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null),
                Workload.Security.RESTRICTED,
                new Workload.Limits(
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(30),
                        Duration.ofSeconds(2),
                        Duration.ofHours(1),
                        0,
                        0),
                null);
    }
}
