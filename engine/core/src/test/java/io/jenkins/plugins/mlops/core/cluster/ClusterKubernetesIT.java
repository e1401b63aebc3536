package io.jenkins.plugins.mlops.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.cluster.FaultProxy.Fault;
import io.jenkins.plugins.mlops.core.workload.Labels;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterKubernetesIT {

    private static final String CONTROLLER = "cluster-it";

    private TestCluster test;
    private Cluster cluster;

    @BeforeEach
    void open() {
        test = TestCluster.open();
        cluster = test.connect();
    }

    @AfterEach
    void close() {
        if (test != null) {
            cluster.close();
            test.close();
        }
    }

    @Test
    void createsOnceAndAdoptsWhatIsOurs() {
        Job first = cluster.createOrAdopt(job("run-1", "sleep 60"));
        Job again = cluster.createOrAdopt(job("run-1", "sleep 60"));

        assertThat(again.getMetadata().getUid()).isEqualTo(first.getMetadata().getUid());
        assertThatThrownBy(() -> cluster.createOrAdopt(withRun(job("run-1", "sleep 60"), "another")))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED))
                .hasMessageContaining("belongs to somebody else");
        assertThat(cluster.listOwn(CONTROLLER, List.of())).hasSize(1);
        assertThat(cluster.listOwn("another", List.of())).isEmpty();
    }

    @Test
    void deletesWhatIsMeantAndNothingElse() {
        Job job = cluster.createOrAdopt(job("run-1", "sleep 60"));
        Job other = new JobBuilder(job)
                .editMetadata()
                .withUid("0b1e4c9e-0000-4000-8000-000000000001")
                .endMetadata()
                .build();

        cluster.delete(other, null);
        assertThat(cluster.find(job)).isPresent();

        cluster.delete(job, null);
        await("the Job to go", () -> cluster.find(job).isEmpty());
        cluster.delete(job, null);
    }

    @Test
    void createsSecretsWithoutBeingAbleToReadThem() {
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withName("values")
                .endMetadata()
                .withStringData(Map.of("TOKEN", "planted"))
                .build();

        cluster.createOrAdopt(secret);
        cluster.createOrAdopt(secret);
        assertThatThrownBy(() -> cluster.find(secret)).hasMessageContaining("cannot get resource \"secrets\"");
    }

    @Test
    void tellsAQuotaFromOtherRefusals() {
        test.admin()
                .resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withNamespace(test.namespace())
                        .withName("few")
                        .endMetadata()
                        .withNewSpec()
                        .withHard(Map.of("count/jobs.batch", new Quantity("1")))
                        .endSpec()
                        .build())
                .create();
        await(
                "the quota to count",
                () -> test.admin()
                                .resourceQuotas()
                                .inNamespace(test.namespace())
                                .withName("few")
                                .get()
                                .getStatus()
                                .getUsed()
                        != null);
        cluster.createOrAdopt(job("run-1", "sleep 60"));

        assertThatThrownBy(() -> cluster.createOrAdopt(job("run-2", "sleep 60")))
                .isInstanceOf(QuotaExceededException.class)
                .hasMessageContaining(
                        "exceeded quota: few, requested: count/jobs.batch=1, used: count/jobs.batch=1, limited: ");
        Job broken = job("run-1", "sleep 60");
        broken.getMetadata().setName("Not_a_name");
        assertThatThrownBy(() -> cluster.createOrAdopt(broken))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED))
                .hasMessageContaining("Invalid value");
    }

    @Test
    void readsLogsFromAMomentOn() {
        Job job = cluster.createOrAdopt(job("run-1", "for i in 1 2 3; do echo line $i; sleep 1; done; echo -n open"));
        try (ClusterWatch watch = ClusterWatch.start(cluster, CONTROLLER, ClusterWatch.RELIST)) {
            Pod pod = awaitPod(
                    watch, "run-1", one -> "Succeeded".equals(one.getStatus().getPhase()));
            String name = pod.getMetadata().getName();

            LogPart all = cluster.readLog(name, "training", null, 1 << 20);
            assertThat(all.lines())
                    .extracting(LogPart.Line::text)
                    .containsExactly("line 1", "line 2", "line 3", "open");
            assertThat(all.more()).isFalse();
            Instant third = all.lines().get(2).at();
            assertThat(cluster.readLog(name, "training", third, 1 << 20).lines())
                    .extracting(LogPart.Line::text)
                    .contains("line 3")
                    .doesNotContain("line 1");
            assertThat(cluster.readLog(name, "training", null, 60).more()).isTrue();
            assertThatThrownBy(() -> cluster.readLog("absent", "training", null, 60))
                    .isInstanceOfSatisfying(
                            MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED));
        }
        assertThat(job.getMetadata().getUid()).isNotNull();
    }

    @Test
    void seesWhatHappensAndKeepsWhatIsGone() {
        Set<String> told = ConcurrentHashMap.newKeySet();
        try (ClusterWatch watch = ClusterWatch.start(cluster, CONTROLLER, ClusterWatch.RELIST)) {
            watch.onChange(told::add);
            Job job = cluster.createOrAdopt(job("run-1", "sleep 300"));
            Pod pod = awaitPod(
                    watch, "run-1", one -> "Running".equals(one.getStatus().getPhase()));
            assertThat(told).containsExactly("run-1");
            await(
                    "events",
                    () -> observe(watch, "run-1").events().stream()
                            .anyMatch(event -> "Scheduled".equals(event.getReason())));

            cluster.delete(job, Duration.ofSeconds(1));
            await(
                    "the pod to go",
                    () -> observe(watch, "run-1").isGone(pod.getMetadata().getUid()));
            await(
                    "the Job to go",
                    () -> observe(watch, "run-1").isGone(job.getMetadata().getUid()));
            Observation seen = observe(watch, "run-1");
            assertThat(seen.pods()).hasSize(1);
            assertThat(seen.owner(job.getMetadata().getUid())).isPresent();
            assertThat(seen.at()).isNotNull();
            // The node asks for the deletion once more, with no grace, when all has ended: the first time stays.
            assertThat(seen.pods().get(0).getMetadata().getDeletionGracePeriodSeconds())
                    .isPositive();

            watch.forget("run-1");
            assertThat(observe(watch, "run-1").pods()).isEmpty();
        }
    }

    @Test
    void knowsWhatNodesHaveOnlyWhereItMayLook() {
        assertThat(ClusterFacts.of(cluster).nodes()).isEmpty();
        assertThat(ClusterFacts.of(cluster).claim("absent")).isEmpty();

        Cluster asAdmin = Cluster.of("admin", test.namespace(), test::admin);
        assertThat(ClusterFacts.of(asAdmin).nodes())
                .hasValueSatisfying(nodes -> assertThat(nodes).anySatisfy(node -> {
                    assertThat(node.ready()).isTrue();
                    assertThat(node.allocatable()).containsKey("cpu");
                    assertThat(node.used()).isNotNull();
                }));
        assertThat(asAdmin.listOwn(null, List.of())).isEmpty();
    }

    @Test
    void livesThroughABadApiServer() {
        try (FaultProxy proxy = FaultProxy.before(test.kubeconfig());
                Cluster through =
                        Cluster.connect(new ClusterSettings(test.kubeconfigThrough(proxy.url()), null, null))) {
            Random random = new Random(7);
            proxy.closeWatchesAfter(Duration.ofSeconds(2));
            proxy.answer(request -> {
                int dice = random.nextInt(10);
                return dice == 0
                        ? new Fault(503, "", "etcdserver: request timed out")
                        : dice == 1 ? new Fault(429, "Retry-After: 1\r\n", "too many requests") : null;
            });
            try (ClusterWatch watch = ClusterWatch.start(through, CONTROLLER, Duration.ofSeconds(5))) {
                int jobs = 6;
                for (int i = 0; i < jobs; i++) {
                    HasMetadata job = job("run-" + i, "sleep " + i + "; exit " + i);
                    await("a Job to be created", () -> tried(() -> through.createOrAdopt(job)));
                }
                for (int i = 0; i < jobs; i++) {
                    String phase = i == 0 ? "Succeeded" : "Failed";
                    awaitPod(
                            watch,
                            "run-" + i,
                            pod -> phase.equals(pod.getStatus().getPhase()));
                }
                assertThat(test.admin()
                                .batch()
                                .v1()
                                .jobs()
                                .inNamespace(test.namespace())
                                .list()
                                .getItems())
                        .hasSize(jobs);
                assertThat(proxy.faults()).isPositive();
                assertThat(proxy.watches()).isGreaterThan(6);
            }
        }
    }

    @Test
    void saysThatTheApiServerIsOutAndComesBackWithIt() {
        try (FaultProxy proxy = FaultProxy.before(test.kubeconfig());
                Cluster through =
                        Cluster.connect(new ClusterSettings(test.kubeconfigThrough(proxy.url()), null, null));
                ClusterWatch watch = ClusterWatch.start(through, CONTROLLER, ClusterWatch.RELIST)) {
            through.createOrAdopt(job("run-1", "sleep 4; exit 3"));
            awaitPod(watch, "run-1", pod -> "Running".equals(pod.getStatus().getPhase()));
            int before = proxy.requests();

            proxy.down(true);
            await("the outage to be seen", () -> observe(watch, "run-1").trouble() != null);
            Observation seen = observe(watch, "run-1");
            assertThat(seen.trouble()).contains("could not list what it holds at present");
            assertThat(seen.at()).isBefore(Instant.now());
            assertThat(seen.pods()).hasSize(1);
            assertThatThrownBy(() -> through.find(job("run-1", "")))
                    .isInstanceOfSatisfying(
                            MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.UNREACHABLE));
            sleep(Duration.ofSeconds(6));

            proxy.down(false);
            awaitPod(watch, "run-1", pod -> "Failed".equals(pod.getStatus().getPhase()));
            await("the outage to be over", () -> observe(watch, "run-1").trouble() == null);
            assertThat(proxy.requests() - before).isLessThan(40);
        }
    }

    /** Jenkins' clients retry for minutes inside of a call, and expire. */
    @Test
    void asksSomebodyElsesClientsOnce() {
        try (FaultProxy proxy = FaultProxy.before(test.kubeconfig());
                Cluster patient =
                        Cluster.connect(new ClusterSettings(test.kubeconfigThrough(proxy.url()), null, null))) {
            var config = new io.fabric8.kubernetes.client.ConfigBuilder(
                            patient.client().getConfiguration())
                    .withRequestRetryBackoffLimit(10)
                    .build();
            var client = new io.fabric8.kubernetes.client.KubernetesClientBuilder()
                    .withConfig(config)
                    .build();
            try (client) {
                Cluster through = Cluster.of("jenkins", test.namespace(), () -> client);
                proxy.answer(request -> new Fault(500, "", "broken"));

                assertThatThrownBy(() -> through.find(job("run-1", "")))
                        .hasMessage("Cluster jenkins could not read Job run-1 at present: broken")
                        .hasCauseInstanceOf(KubernetesClientException.class);
                assertThat(proxy.requests()).isEqualTo(1);
            }
        }
    }

    /** Clusters keep and serve another version of Kueue's kinds than those of a year ago. */
    @Test
    void readsWhatKueueSaysInTheVersionThatTheClusterServes() {
        CustomResourceDefinition kind = test.admin()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("workloads.kueue.x-k8s.io")
                .get();
        assumeTrue(kind != null, "the cluster does not know Kueue's kinds ('testing/kubernetes/cluster crds')");
        String version = kind.getSpec().getVersions().stream()
                .filter(CustomResourceDefinitionVersion::getStorage)
                .findFirst()
                .orElseThrow()
                .getName();
        Job job = cluster.createOrAdopt(new JobBuilder(job("queued", "true"))
                .editMetadata()
                .addToLabels("kueue.x-k8s.io/queue-name", "team")
                .endMetadata()
                .editSpec()
                .withSuspend(true)
                .endSpec()
                .build());
        try (ClusterWatch watch = ClusterWatch.start(cluster, CONTROLLER, ClusterWatch.RELIST)) {
            await("the Job to be seen", () -> !observe(watch, "queued").owners().isEmpty());
            test.admin()
                    .resource(Serialization.unmarshal(
                            """
                            apiVersion: kueue.x-k8s.io/%s
                            kind: Workload
                            metadata:
                              name: queued
                              namespace: %s
                              ownerReferences: [{apiVersion: batch/v1, kind: Job, name: %s, uid: %s}]
                            spec:
                              podSets:
                                - name: main
                                  count: 1
                                  template:
                                    spec: {restartPolicy: Never, containers: [{name: training, image: busybox}]}
                            """.formatted(
                                            version,
                                            test.namespace(),
                                            job.getMetadata().getName(),
                                            job.getMetadata().getUid()),
                            GenericKubernetesResource.class))
                    .create();
            await(
                    "Kueue's word to be seen",
                    () -> observe(watch, "queued").owners().stream()
                            .anyMatch(owner -> owner.getKind().equals("Workload")));
        }
    }

    private boolean tried(Runnable call) {
        try {
            call.run();
            return true;
        } catch (MlopsException e) {
            assertThat(e.kind()).isEqualTo(MlopsException.Kind.UNREACHABLE);
            return false;
        }
    }

    private static Observation observe(ClusterWatch watch, String run) {
        return watch.observe(run, Workload.Role.TRAINING, 1);
    }

    private static Pod awaitPod(ClusterWatch watch, String run, Predicate<Pod> wanted) {
        await("a pod of " + run, () -> observe(watch, run).pods().stream().anyMatch(wanted));
        return observe(watch, run).pods().stream().filter(wanted).findFirst().orElseThrow();
    }

    private static void await(String what, java.util.function.BooleanSupplier condition) {
        Instant end = Instant.now().plusSeconds(90);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("waiting for " + what).isBefore(end);
            sleep(Duration.ofMillis(200));
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Job withRun(Job job, String run) {
        job.getMetadata().getLabels().put(Labels.RUN, run);
        return job;
    }

    private static Job job(String run, String command) {
        Map<String, String> labels = Labels.of(new Workload.Identity(CONTROLLER, run, Workload.Role.TRAINING, null), 1);
        return new JobBuilder()
                .withNewMetadata()
                .withName(run)
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(0)
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withTerminationGracePeriodSeconds(2L)
                .addNewContainer()
                .withName("training")
                .withImage(TestCluster.image("busybox"))
                .withCommand(List.of("/bin/busybox", "sh", "-c", command))
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }
}
