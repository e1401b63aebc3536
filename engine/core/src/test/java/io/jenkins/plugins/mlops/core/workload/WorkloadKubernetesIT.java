package io.jenkins.plugins.mlops.core.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.TestCluster;
import io.jenkins.plugins.mlops.core.workload.Workload.Identity;
import io.jenkins.plugins.mlops.core.workload.Workload.Kind;
import io.jenkins.plugins.mlops.core.workload.Workload.Placement;
import io.jenkins.plugins.mlops.core.workload.Workload.Role;
import io.jenkins.plugins.mlops.core.workload.Workload.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A real API server takes the objects of all kinds, under those kinds' real definitions and with whatever webhooks the cluster has, as a
 * dry run that refuses unknown fields; and it takes their pods in a namespace that keeps to the pod security standard "restricted".
 */
class WorkloadKubernetesIT {

    private static TestCluster test;
    private static Cluster cluster;

    @BeforeAll
    static void open() {
        test = TestCluster.open(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
        cluster = test.connect();
        test.admin()
                .resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace(test.namespace())
                        .withName("trainer")
                        .endMetadata()
                        .build())
                .create();
    }

    @AfterAll
    static void close() {
        if (test != null) {
            cluster.close();
            test.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void takesTheObjectsOfEveryKind(Kind kind) {
        assumeTrue(isKnown(kind), "The cluster has no kind " + kind);
        for (int nodes : List.of(1, 2)) {
            Manifests.Objects objects = Manifests.of(TestWorkloads.full(kind, nodes), 1, TestWorkloads.secrets());

            HasMetadata taken = dryRun(cluster.client(), objects.main());

            assertThat(taken.getMetadata().getUid()).isNotNull();
            assertThat(Serialization.asJson(taken))
                    .as("what pods are found by is not lost on the way")
                    .contains("\"" + Labels.ROLE + "\":\"training\"");
            objects.owned(taken).forEach(dependent -> dryRun(cluster.client(), dependent));
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void takesThePodsOfEveryKindAsRestricted(Kind kind) {
        for (Role role : List.of(Role.TRAINING, Role.STAGING)) {
            Workload workload = workload(kind, role, Security.RESTRICTED);

            for (Pod pod : pods(workload)) {
                assertThat(dryRun(test.admin(), pod).getMetadata().getLabels())
                        .containsAllEntriesOf(Labels.of(workload.identity(), 1));
            }
        }
    }

    /** Otherwise the test above would hold nothing. */
    @Test
    void refusesPodsThatAreNotRestricted() {
        Pod pod = pods(workload(Kind.JOB, Role.TRAINING, new Security(false, null, null)))
                .get(0);

        assertThatThrownBy(() -> dryRun(test.admin(), pod))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("violates PodSecurity \"restricted");
    }

    private static <T extends HasMetadata> T dryRun(KubernetesClient client, T object) {
        return client.resource(object)
                .inNamespace(test.namespace())
                .dryRun()
                .fieldValidation(Validation.STRICT)
                .create();
    }

    private static boolean isKnown(Kind kind) {
        return Manifests.customKind(kind)
                .map(custom -> test.admin()
                                .apiextensions()
                                .v1()
                                .customResourceDefinitions()
                                .withName(name(custom))
                                .get()
                        != null)
                .orElse(true);
    }

    private static String name(ResourceDefinitionContext kind) {
        return kind.getPlural() + "." + kind.getGroup();
    }

    /** With everything, but for the priority class, which is no namespace's own. */
    private static Workload workload(Kind kind, Role role, Security security) {
        Workload full = TestWorkloads.full(kind, 2);
        Identity identity = full.identity();
        Placement placement = full.placement();
        return new Workload(
                full.name(),
                kind,
                new Identity(identity.controller(), identity.run(), role, identity.link()),
                full.nodes(),
                full.image(),
                full.command(),
                full.directory(),
                full.environment(),
                full.secretEnvironment(),
                full.resources(),
                new Placement(
                        placement.nodeSelector(),
                        placement.tolerations(),
                        null,
                        placement.serviceAccount(),
                        placement.imagePullSecrets(),
                        placement.queue(),
                        null,
                        placement.preferredNodes()),
                security,
                full.limits(),
                full.plan());
    }

    /** A pod of each template, as the kind's controller makes it. */
    private static List<Pod> pods(Workload workload) {
        HasMetadata main = Manifests.of(workload, 1, TestWorkloads.secrets()).main();
        List<PodTemplateSpec> templates = new ArrayList<>();
        if (main instanceof Job job) {
            templates.add(job.getSpec().getTemplate());
        } else {
            templates(((GenericKubernetesResource) main).getAdditionalProperties(), templates);
        }
        assertThat(templates).isNotEmpty();
        return templates.stream()
                .map(template -> new PodBuilder()
                        .withMetadata(template.getMetadata())
                        .editMetadata()
                        .withName("pod")
                        .endMetadata()
                        .withSpec(template.getSpec())
                        .build())
                .toList();
    }

    /** Wherever in an object they are: a template of pods is one whose spec has containers. */
    private static void templates(Object value, List<PodTemplateSpec> found) {
        if (value instanceof Map<?, ?> map) {
            if (map.get("spec") instanceof Map<?, ?> spec && spec.containsKey("containers")) {
                found.add(Serialization.unmarshal(Serialization.asJson(map), PodTemplateSpec.class));
            } else {
                map.values().forEach(part -> templates(part, found));
            }
        } else if (value instanceof List<?> list) {
            list.forEach(part -> templates(part, found));
        }
    }
}
