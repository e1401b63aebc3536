package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.pod.NodeReading;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HardwareTest {

    private static final NodeReading BARE = new NodeReading("6.1.0", null, null);

    @Test
    void labelsOfTheNodesSayWhatRan() {
        Hardware hardware = Hardware.of(
                List.of("a"),
                nodes(
                        Map.of(
                                "nvidia.com/gpu.product",
                                "NVIDIA-A100-SXM4-80GB",
                                "nvidia.com/cuda.driver.major",
                                "550",
                                "nvidia.com/cuda.driver.minor",
                                "54",
                                "nvidia.com/cuda.driver.rev",
                                "15",
                                "nvidia.com/cuda.runtime-version.full",
                                "12.4"),
                        Map.of("nvidia.com/gpu.product", "Tesla-T4")),
                List.of(BARE));

        assertThat(added(hardware))
                .containsEntry("gpuProduct", List.of("NVIDIA-A100-SXM4-80GB"))
                .containsEntry("gpuDriver", List.of("550.54.15"))
                .containsEntry("cuda", List.of("12.4"))
                .containsEntry("kernel", List.of("6.1.0"))
                .containsEntry("nodes", List.of("a"));
        assertThat(facts(hardware, 1).gaps).isEmpty();
    }

    @Test
    void withoutARightToReadNodesPodsSayIt() {
        NodeReading said = new NodeReading("6.1.0", "535.104.05", List.of("NVIDIA H100 80GB HBM3"));

        Hardware hardware = Hardware.of(List.of("a"), ClusterFacts.NONE, List.of(said));

        assertThat(added(hardware))
                .containsEntry("gpuProduct", List.of("NVIDIA H100 80GB HBM3"))
                .containsEntry("gpuDriver", List.of("535.104.05"))
                .doesNotContainKey("cuda");
    }

    @Test
    void whatNobodySaysIsAGapWhereThereWereGpus() {
        Hardware hardware = Hardware.of(List.of("a"), ClusterFacts.NONE, List.of(BARE));

        assertThat(facts(hardware, 1).gaps).hasSize(2);
        assertThat(facts(hardware, 0).gaps).isEmpty();
        assertThat(Documents.readJson(Documents.toJson(hardware), "hardware", Hardware.class))
                .isEqualTo(hardware);
    }

    private static Map<String, Object> added(Hardware hardware) {
        return facts(hardware, 1).added;
    }

    private static TrainingFacts facts(Hardware hardware, int gpus) {
        TrainingFacts facts = new TrainingFacts(
                "id", "experiment", new TrainingServices.Builder("https://example.org", Map.of()), Instant.EPOCH);
        hardware.into(facts, gpus);
        return facts;
    }

    private static ClusterFacts nodes(Map<String, String> a, Map<String, String> b) {
        return new ClusterFacts() {
            @Override
            public Optional<List<Node>> nodes() {
                return Optional.of(
                        List.of(new Node("a", true, Map.of(), null, a), new Node("b", true, Map.of(), null, b)));
            }

            @Override
            public Optional<Claim> claim(String name) {
                return Optional.empty();
            }
        };
    }
}
