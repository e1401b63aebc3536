package io.jenkins.plugins.mlops.core.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.workload.TestWorkloads;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WaitingReasonsTest {

    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    private static final ClusterFacts FACTS = new ClusterFacts() {
        @Override
        public Optional<List<Node>> nodes() {
            return Optional.of(List.of(
                    new Node("gpu-1", true, Map.of("nvidia.com/gpu", "8", "cpu", "64"), Map.of("nvidia.com/gpu", "6")),
                    new Node("gpu-2", false, Map.of("nvidia.com/gpu", "4", "nvidia.com/mig-1g.10gb", "7"), Map.of())));
        }

        @Override
        public Optional<Claim> claim(String name) {
            return Optional.of(new Claim(name, "Pending", "fast", "storageclass \"fast\" not found"));
        }
    };

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            toomany      | false | No node takes pod toomany-cvxsn: 0/1 nodes are available: 1 Insufficient nvidia.com/gpu; of nvidia.com/gpu a pod asks for 1, and nodes have gpu-1 8 (6 used), gpu-2 4 (0 used, not ready)
            nomig        | false | no node has nvidia.com/mig-9g.90gb at all; what nodes have is nvidia.com/gpu (12), nvidia.com/mig-1g.10gb (7)
            selector     | false | 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector
            ghosttaint   | false | 1 node(s) had untolerated taint(s); tolerations for that taint come from the specification or the profile
            misspvc      | false | persistentvolumeclaim "absent" not found; make it, or name another one in the profile
            unboundpvc   | false | pod has unbound immediate PersistentVolumeClaims
            gangwait     | false | No node takes pod gangwait-1-cvlck
            quota        | false | Quota 'gpus' has no room: requests.nvidia.com/mig-1g.10gb asks for 2, and 1 of 2 are used
            quotanever   | true  | so that it never fits
            podsecurity  | true  | violates PodSecurity
            nosa         | true  | serviceaccount "absent" not found
            badimage     | true  | cannot be pulled for pod badimage-mbnkk on node node-1
            missenv      | true  | secret "absent" not found
            missvol      | true  | secret "absent" not found
            supplying    | false | The data is brought to pod supplying-bhz8n on node node-1
            suspended    | false | Somebody suspended it, and it waits to be resumed
            """)
    void saysWhyRealWorkloadsWait(String name, boolean terminal, String sentence) {
        List<WaitingReason> reasons = WaitingReasons.of(SeenCases.workload(name), SeenCases.observation(name), FACTS);

        assertThat(reasons).hasSize(1);
        assertThat(reasons.get(0).sentence()).contains(sentence).doesNotEndWith(".");
        assertThat(reasons.get(0).terminal()).isEqualTo(terminal);
    }

    /** The Secret comes after the Job that owns it: a node that is quicker is nobody's trouble. */
    @Test
    void doesNotComplainOfTheSecretThatIsBeingMade() {
        Observation seen = SeenCases.observation("missenv");
        seen.pods()
                .get(0)
                .getStatus()
                .getContainerStatuses()
                .forEach(container -> container.getState().getWaiting().setMessage("secret \"digits-1\" not found"));

        assertThat(WaitingReasons.of(SeenCases.workload("missenv"), seen, FACTS))
                .extracting(WaitingReason::sentence)
                .allMatch(sentence -> !sentence.contains("not found"));
        assertThat(Ends.of(SeenCases.workload("missenv"), seen, SeenCases.READY, SeenCases.NOW))
                .as("one that does not come")
                .map(End::cause)
                .contains(End.Cause.CONFIGURATION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"running", "ok", "gang", "gangok", "exit3", "oom", "victim", "deleted", "deadline"})
    void saysNothingOfWhatRunsOrHasEnded(String name) {
        assertThat(WaitingReasons.of(SeenCases.workload(name), SeenCases.observation(name), FACTS))
                .isEmpty();
        assertThat(WaitingReasons.of(SeenCases.workload(1), Observation.nothing(), FACTS))
                .isEmpty();
    }

    @Test
    void doesWithoutFacts() {
        assertThat(WaitingReasons.of(
                        SeenCases.workload("toomany"), SeenCases.observation("toomany"), ClusterFacts.NONE))
                .extracting(WaitingReason::sentence)
                .containsExactly(
                        "No node takes pod toomany-cvxsn: 0/1 nodes are available: 1 Insufficient nvidia.com/gpu");
    }

    @Test
    void saysThatNoNodeCanEverTakeIt() {
        assertThat(NodeWords.about("1 Insufficient nvidia.com/gpu.", TestWorkloads.full(Workload.Kind.JOB, 1), FACTS))
                .contains("of nvidia.com/gpu nodes have gpu-1 8 (6 used)");
        assertThat(NodeWords.about("1 Insufficient cpu", SeenCases.workload(1), FACTS))
                .isEqualTo("of cpu a pod asks for 1, and nodes have gpu-1 64 (0 used)");
        assertThat(NodeWords.about("1 Insufficient nvidia.com/mig-1g.10gb", nineMigs(), FACTS))
                .endsWith("so that no node can ever take it");
    }

    private static Workload nineMigs() {
        Workload base = SeenCases.workload(1);
        return new Workload(
                base.name(),
                base.kind(),
                base.identity(),
                1,
                base.image(),
                null,
                null,
                null,
                null,
                new Workload.PodResources(9, "nvidia.com/mig-1g.10gb", null, null, null),
                base.placement(),
                base.security(),
                base.limits(),
                null);
    }

    @Test
    void saysWhatAVolumeClaimWaitsFor() {
        assertThat(NodeWords.about(
                        "pod has unbound immediate PersistentVolumeClaims",
                        TestWorkloads.full(Workload.Kind.JOB, 1),
                        FACTS))
                .isEqualTo("volume claim dataset-cache is Pending, storage class fast: storageclass \"fast\" not found;"
                        + " volume claim recordings is Pending, storage class fast: storageclass \"fast\" not found");
    }

    @Test
    void keepsAKeyWhileOnlyNumbersChange() {
        assertThat(Words.key("0/5 nodes are available: 3 Insufficient nvidia.com/gpu"))
                .isEqualTo(Words.key("0/6 nodes are available: 4 Insufficient nvidia.com/gpu"));
    }

    @Test
    void tellsWhatKueueSays() {
        HasMetadata job = EndsTest.job("Suspended", "JobSuspended", "");
        Observation silent = new Observation(NOW, null, List.of(job), List.of(), List.of(), List.of());
        assertThat(WaitingReasons.of(EndsTest.queued(), silent, FACTS))
                .extracting(WaitingReason::sentence)
                .containsExactly("Waits in queue 'research' of Kueue, which has said nothing of it yet");

        HasMetadata kueue = EndsTest.kueue(
                "QuotaReserved",
                "False",
                "Pending",
                "couldn't assign flavors to pod set main: insufficient unused quota");
        Observation told = new Observation(NOW, null, List.of(job, kueue), List.of(), List.of(), List.of());
        assertThat(WaitingReasons.of(EndsTest.queued(), told, FACTS))
                .extracting(WaitingReason::sentence)
                .containsExactly("Waits in queue 'research' of Kueue (QuotaReserved is False, Pending): "
                        + "couldn't assign flavors to pod set main: insufficient unused quota");
    }
}
