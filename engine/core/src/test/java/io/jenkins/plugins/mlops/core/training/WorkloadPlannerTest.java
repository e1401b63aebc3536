package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile;
import io.jenkins.plugins.mlops.core.workload.Workload;
import io.jenkins.plugins.mlops.core.workload.Workload.Identity;
import io.jenkins.plugins.mlops.core.workload.Workload.Role;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Code;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Delivery;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadPlannerTest {

    private static final String BASE = """
            name: "Lane Detection, big"
            command: [python, train.py]
            image: registry.example.com/trainer:1
            """;

    @Test
    void specificationWinsOverProfileAndProfileOverTheProduct() {
        Workload workload = training(
                BASE + "resources: {gpus: 2, memory: 8Gi}\nkubernetes: {queue: mine, nodeSelector: {a: spec}}", """
                gpuResource: nvidia.com/mig-1g.10gb
                resources: {cpu: "4", memory: 64Gi, shm: 8Gi}
                deadlines: {queue: 2h}
                defaults: {queue: usual, grace: 2m, nodeSelector: {a: profile, b: profile}}
                """);

        assertThat(workload.resources())
                .isEqualTo(new Workload.PodResources(2, "nvidia.com/mig-1g.10gb", "4", "8Gi", "8Gi"));
        assertThat(workload.placement().queue()).isEqualTo("mine");
        assertThat(workload.placement().nodeSelector()).isEqualTo(Map.of("a", "spec", "b", "profile"));
        assertThat(workload.limits().queue()).isEqualTo(Duration.ofHours(2));
        assertThat(workload.limits().run()).isEqualTo(WorkloadPlanner.DEFAULT_RUN);
        assertThat(workload.limits().grace()).isEqualTo(Duration.ofMinutes(2));
        assertThat(workload.limits().infrastructureRetries()).isEqualTo(3);
    }

    @Test
    void everyKeyBeyondALimitIsNamedWithTheLimit() {
        assertThatThrownBy(() -> training(BASE + """
                                nodes: 3
                                resources: {gpus: 16, memory: 1Ti}
                                deadlines: {run: 30d}
                                kubernetes: {queue: other, priorityClass: high, serviceAccount: admin, restricted: false}
                                """, """
                        limits: {gpus: 8, totalGpus: 16, nodes: 2, memory: 512Gi, run: 7d, queues: [research], images: [other/]}
                        """))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED))
                .hasMessageContainingAll(
                        "resources.gpus is 16, at most 8 are allowed",
                        "GPUs of all nodes is 48, at most 16",
                        "nodes is 3, at most 2",
                        "resources.memory is 1Ti, at most 512Gi",
                        "deadlines.run is 30d, at most 7d",
                        "kubernetes.queue is other, one of [research]",
                        "kubernetes.priorityClass is high, which the profile alone sets",
                        "kubernetes.serviceAccount is admin, which the profile alone sets",
                        "kubernetes.restricted is false",
                        "image is registry.example.com/trainer:1");
    }

    @Test
    void whatNobodySaysIsAtMostWhatIsAllowed() {
        assertThat(training(BASE, "limits: {run: 4h, queue: 1h}").limits())
                .satisfies(limits -> assertThat(limits.run()).isEqualTo(Duration.ofHours(4)))
                .satisfies(limits -> assertThat(limits.queue()).isEqualTo(Duration.ofHours(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"job", "jobset", "pytorchjob", "volcano"})
    void kindsDeliveriesAndCodeAreWrittenAsTheSchemaHasThem(String kind) {
        TrainingSpecification read = Documents.readYaml(
                BASE + "kubernetes: {kind: " + kind + ", delivery: stage, code: image}",
                "spec",
                TrainingSpecification.class);

        assertThat(read.kubernetes().kind()).isEqualTo(Workload.Kind.valueOf(kind.toUpperCase(Locale.ROOT)));
        assertThat(new WorkloadPlanner(read, ClusterProfile.NONE).delivery()).isEqualTo(Delivery.STAGE);
        assertThat(new WorkloadPlanner(read, ClusterProfile.NONE).code()).isEqualTo(Code.IMAGE);
        assertThat(Documents.readJson(Documents.toJson(read), "again", TrainingSpecification.class))
                .isEqualTo(read);
    }

    @Test
    void podWithoutAnAmountIsNoWayAroundItsLimit() {
        assertThatThrownBy(() -> training(BASE, "limits: {memory: 64Gi, cpu: 16}"))
                .hasMessageContainingAll(
                        "resources.memory is not said, at most 64Gi is allowed",
                        "resources.cpu is not said, at most 16 is allowed");
        assertThat(training(BASE, "resources: {memory: 8Gi}\nlimits: {memory: 64Gi}")
                        .resources()
                        .memory())
                .isEqualTo("8Gi");
    }

    @Test
    void nameSaysWhatRunsAndIsALabel() {
        assertThat(training(BASE, "{}").name()).isEqualTo("lane-detection-big-0b1e4c9e");
        assertThat(training(BASE.replace("Lane Detection, big", "x".repeat(99)), "{}")
                        .name())
                .hasSize(40)
                .matches("[a-z]([a-z0-9-]*[a-z0-9])?");
        assertThat(training(BASE.replace("Lane Detection, big", "7 äöü!"), "{}").name())
                .matches("[a-z]([a-z0-9-]*[a-z0-9])?");
    }

    private static Workload training(String specification, String profile) {
        TrainingSpecification read = Documents.readYaml(specification, "spec", TrainingSpecification.class);
        Identity identity = new Identity("me", "0b1e4c9e-0000-4000-8000-000000000001", Role.TRAINING, null);
        return new WorkloadPlanner(read, Documents.readYaml(profile, "profile", ClusterProfile.class))
                .training(identity, "i@sha256:" + "a".repeat(64), Map.of(), Set.of(), null);
    }
}
