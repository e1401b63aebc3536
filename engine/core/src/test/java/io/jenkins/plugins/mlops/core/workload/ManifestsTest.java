package io.jenkins.plugins.mlops.core.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.jenkins.plugins.mlops.core.workload.Workload.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ManifestsTest {

    /** The files are the specification of what a cluster is given; -Dgolden.write=true writes them anew. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void objectsOfTwoNodesAreAsInTheGoldenFile(Kind kind) throws IOException {
        String yaml = EffectiveObjects.yaml(Manifests.of(TestWorkloads.full(kind, 2), 1, TestWorkloads.secrets()));
        String name = kind.name().toLowerCase(java.util.Locale.ROOT) + ".yaml";
        Path golden = Path.of("src/test/resources/io/jenkins/plugins/mlops/core/workload", name);
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, yaml);
        }
        assertThat(yaml).isEqualTo(Files.readString(golden, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void noSecretIsInWhatPeopleSeeOrInTheMainObject(Kind kind) {
        Manifests.Objects objects = Manifests.of(TestWorkloads.full(kind, 2), 1, TestWorkloads.secrets());

        assertThat(EffectiveObjects.yaml(objects)).doesNotContain("planted");
        assertThat(Serialization.asJson(objects.main())).doesNotContain("planted");
        assertThat(Serialization.asJson(objects.dependents().get(0))).contains("planted-token");
    }

    @Test
    void commandHasNoKeysOfTheObjectStore() {
        PodSpec pod = pod(TestWorkloads.full(Kind.JOB, 1));

        assertThat(names(pod.getContainers().get(0)))
                .contains("MLFLOW_TRACKING_TOKEN")
                .noneMatch(name -> name.startsWith("AWS_"));
        assertThat(pod.getInitContainers())
                .allSatisfy(tool -> assertThat(names(tool))
                        .contains("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
                        .doesNotContain("MLFLOW_TRACKING_TOKEN"));
    }

    @Test
    void everyPodKeepsToTheStandardRestricted() {
        PodSpec pod = pod(TestWorkloads.full(Kind.JOB, 2));

        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        List<Container> all = new java.util.ArrayList<>(pod.getInitContainers());
        all.addAll(pod.getContainers());
        assertThat(all).hasSize(4).allSatisfy(container -> {
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
        });
    }

    @Test
    void dependentsBelongToTheMainObject() {
        Manifests.Objects objects = Manifests.of(TestWorkloads.full(Kind.JOB, 2), 3, TestWorkloads.secrets());
        objects.main().getMetadata().setUid("uid-1");

        assertThat(objects.owned(objects.main())).hasSize(2).allSatisfy(dependent -> {
            assertThat(dependent.getMetadata().getName()).isEqualTo("digits-1a2b3c4d-3");
            assertThat(dependent.getMetadata().getOwnerReferences().get(0).getUid())
                    .isEqualTo("uid-1");
        });
    }

    @Test
    void theSameArgumentsMakeTheSameObjects() {
        Map<String, String> secrets = TestWorkloads.secrets();

        assertThat(Manifests.of(TestWorkloads.full(Kind.JOB, 2), 1, secrets))
                .isEqualTo(Manifests.of(TestWorkloads.full(Kind.JOB, 2), 1, secrets));
    }

    private static PodSpec pod(Workload workload) {
        Job job = (Job) Manifests.of(workload, 1, TestWorkloads.secrets()).main();
        return job.getSpec().getTemplate().getSpec();
    }

    private static List<String> names(Container container) {
        return container.getEnv().stream().map(EnvVar::getName).toList();
    }
}
