package io.jenkins.plugins.mlops.core.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.ClusterWatch;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.diagnosis.End.Cause;
import io.jenkins.plugins.mlops.core.workload.Manifests;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The product's own objects on a real cluster, in a namespace that keeps to the pod security standard "restricted". */
class DiagnosisKubernetesIT {

    private static final String CONTROLLER = "diagnosis-it";
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final Workload.PodResources SMALL = new Workload.PodResources(0, null, "10m", "32Mi", null);

    /** What is asked of the cluster, and what must be said of it. */
    private record Case(Workload workload, boolean complete, Cause cause, String sentence) {}

    @Test
    void saysWhyWorkloadsWaitAndHowTheyEnd() {
        try (TestCluster test = TestCluster.open(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
                Cluster cluster = test.connect();
                ClusterWatch watch = ClusterWatch.start(cluster, CONTROLLER, ClusterWatch.RELIST)) {
            test.admin()
                    .resource(new ResourceQuotaBuilder()
                            .withNewMetadata()
                            .withNamespace(test.namespace())
                            .withName("gpus")
                            .endMetadata()
                            .withNewSpec()
                            .withHard(Map.of("requests.nvidia.com/mig-1g.10gb", new Quantity("2")))
                            .endSpec()
                            .build())
                    .create();
            String busybox = TestCluster.image("busybox");
            Map<String, Case> cases = new LinkedHashMap<>();
            cases.put("ok", ended(workload("ok", 1, busybox, SMALL, "exit 0"), Cause.SUCCEEDED, "All went well"));
            cases.put(
                    "exits",
                    ended(
                            workload("exits", 1, busybox, SMALL, "exit 9"),
                            Cause.EXITED,
                            "The command ended with exit code 9"));
            cases.put(
                    "gang",
                    ended(
                            workload("gang", 2, busybox, SMALL, "[ $MLOPS_RANK = 1 ] && sleep 2 && exit 7; sleep 300"),
                            Cause.EXITED,
                            "Rank 1 ended with exit code 7"));
            cases.put(
                    "memory",
                    ended(
                            workload("memory", 1, busybox, SMALL, "x=a; while true; do x=$x$x; done"),
                            Cause.OUT_OF_MEMORY,
                            "used more memory than its limit of 32Mi"));
            cases.put(
                    "image",
                    ended(
                            workload("image", 1, busybox.replaceFirst("@.*", "-absent:1"), SMALL, "exit 0"),
                            Cause.IMAGE,
                            "not found"));
            cases.put(
                    "secret",
                    new Case(
                            workload("secret", 1, busybox, SMALL, "exit 0"),
                            false,
                            Cause.CONFIGURATION,
                            "secret \"secret-1\" not found"));
            cases.put(
                    "never",
                    ended(
                            workload("never", 1, busybox, gpus("nvidia.com/mig-1g.10gb", 3), "exit 0"),
                            Cause.REFUSED,
                            "requests.nvidia.com/mig-1g.10gb asks for 3, and 0 of 2 are used, so that it never fits"));
            cases.put(
                    "nowhere",
                    ended(
                            workload("nowhere", 1, busybox, gpus("example.com/absent", 1), "exit 0"),
                            null,
                            "no node has example.com/absent at all; what nodes have is "));
            cases.put(
                    "deleted",
                    ended(
                            workload("deleted", 1, busybox, SMALL, "sleep 300"),
                            Cause.DELETED,
                            "Somebody deleted pod deleted-1"));

            Instant ready = create(cluster, cases.values());
            ClusterFacts facts = ClusterFacts.of(Cluster.of("admin", test.namespace(), test::admin));
            Map<String, String> open = new LinkedHashMap<>();
            cases.keySet().forEach(name -> open.put(name, "nothing yet"));
            Instant end = Instant.now().plus(PATIENCE);
            while (!open.isEmpty() && Instant.now().isBefore(end)) {
                for (String name : List.copyOf(open.keySet())) {
                    Case one = cases.get(name);
                    Observation seen = watch.observe(one.workload.identity().run(), Workload.Role.TRAINING, 1);
                    if (name.equals("deleted")) {
                        deleteOnceItRuns(test, seen);
                    }
                    String said = said(one, seen, facts, ready);
                    open.put(name, said);
                    if (said.contains(one.sentence) && said.startsWith(String.valueOf(one.cause))) {
                        open.remove(name);
                    }
                }
                sleep();
            }
            assertThat(open).isEmpty();
        }
    }

    private static void deleteOnceItRuns(TestCluster test, Observation seen) {
        seen.pods().stream()
                .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .forEach(pod ->
                        test.admin().resource(pod).inNamespace(test.namespace()).delete());
    }

    /** Of what has no end yet, why it waits. */
    private static String said(Case one, Observation seen, ClusterFacts facts, Instant ready) {
        Optional<End> end = Ends.of(one.workload, seen, ready, Instant.now());
        return end.map(known -> known.cause() + " " + known.sentence())
                .orElseGet(() -> "null "
                        + WaitingReasons.of(one.workload, seen, facts).stream()
                                .map(WaitingReason::sentence)
                                .toList());
    }

    private static Instant create(Cluster cluster, Iterable<Case> cases) {
        for (Case one : cases) {
            Manifests.Objects objects = Manifests.of(one.workload, 1, Map.of("TOKEN", "planted"));
            HasMetadata main = cluster.createOrAdopt(objects.main());
            if (one.complete) {
                List<HasMetadata> dependents = new ArrayList<>(objects.owned(main));
                dependents.forEach(cluster::createOrAdopt);
            }
        }
        return Instant.now();
    }

    private static Case ended(Workload workload, Cause cause, String sentence) {
        return new Case(workload, true, cause, sentence);
    }

    private static Workload.PodResources gpus(String resource, int count) {
        return new Workload.PodResources(count, resource, "10m", "32Mi", null);
    }

    private static Workload workload(
            String name, int nodes, String image, Workload.PodResources resources, String command) {
        return new Workload(
                name,
                Workload.Kind.JOB,
                new Workload.Identity(CONTROLLER, UUID.randomUUID().toString(), Workload.Role.TRAINING, null),
                nodes,
                image,
                List.of("/bin/busybox", "sh", "-c", command),
                null,
                Map.of(),
                Set.of("TOKEN"),
                resources,
                Workload.Placement.anywhere(),
                new Workload.Security(true, 1000L, null),
                new Workload.Limits(Duration.ofMinutes(10), Duration.ofMinutes(10), Duration.ofSeconds(2), null, 0, 0),
                null);
    }

    private static void sleep() {
        try {
            Thread.sleep(500);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
