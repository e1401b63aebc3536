package io.jenkins.plugins.mlops.core.execution;

import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.ClusterSettings;
import io.jenkins.plugins.mlops.core.cluster.ClusterWatch;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** Executions on a real cluster, as a host would drive them; as a program, the host that tests kill. */
final class ClusterExecutions implements AutoCloseable {

    static final String CONTROLLER = "execution-tests";

    final Cluster cluster;
    final ClusterWatch watch;
    final StepPool pool;
    final ExecutionContext context;

    ClusterExecutions(Path kubeconfig, String namespace, int threads) {
        cluster = Cluster.connect(new ClusterSettings(kubeconfig, null, namespace));
        watch = ClusterWatch.start(cluster, CONTROLLER, ClusterWatch.RELIST);
        pool = new StepPool(threads, 1, Executors.defaultThreadFactory());
        watch.onChange(pool::wake);
        context = ExecutionContext.of(cluster, watch, ClusterFacts.of(cluster), Map.of("TOKEN", "planted"));
    }

    static Workload workload(String name, int nodes, int gpus, String image, List<String> command) {
        return new Workload(
                name,
                Workload.Kind.JOB,
                new Workload.Identity(CONTROLLER, UUID.randomUUID().toString(), Workload.Role.TRAINING, null),
                nodes,
                image,
                command,
                null,
                Map.of(),
                Set.of("TOKEN"),
                new Workload.PodResources(gpus, gpus == 0 ? null : "nvidia.com/gpu", "10m", "32Mi", null),
                Workload.Placement.anywhere(),
                new Workload.Security(true, 1000L, null),
                new Workload.Limits(Duration.ofMinutes(5), Duration.ofMinutes(30), Duration.ofSeconds(2), null, 1, 0),
                null);
    }

    CompletableFuture<End> drive(Execution execution, ExecutionListener listener) {
        CompletableFuture<End> end = new CompletableFuture<>();
        pool.drive(new StepPool.Stepped() {
            @Override
            public String run() {
                return execution.run();
            }

            @Override
            public Optional<Duration> step() {
                Next next = execution.step(listener);
                if (!next.isDone()) {
                    return Optional.of(next.after());
                }
                execution.close();
                end.complete(next.end());
                return Optional.empty();
            }

            @Override
            public void failed(RuntimeException cause) {
                execution.close();
                end.completeExceptionally(cause);
            }
        });
        return end;
    }

    static ExecutionListener printing(PrintStream out) {
        return new ExecutionListener() {
            @Override
            public void note(String text) {
                out.println("* " + text);
            }

            @Override
            public void output(long number, String line) {
                out.println(line);
            }
        };
    }

    /** Arguments: kubeconfig, namespace, directory of an execution that was begun. */
    public static void main(String[] args) {
        PrintStream out = System.out;
        Path directory = Path.of(args[2]);
        try (ClusterExecutions executions = new ClusterExecutions(Path.of(args[0]), args[1], 2)) {
            End end = executions
                    .drive(Execution.open(directory, executions.context), printing(out))
                    .join();
            out.println("* " + end.cause() + ": " + end.sentence());
            System.exit(end.succeeded() ? 0 : 1);
        }
    }

    @Override
    public void close() {
        pool.close();
        watch.close();
        cluster.close();
    }
}
