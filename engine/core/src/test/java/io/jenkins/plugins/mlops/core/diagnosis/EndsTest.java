package io.jenkins.plugins.mlops.core.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.diagnosis.End.Cause;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndsTest {

    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            ok          | SUCCEEDED          | - | -   | All went well
            gangok      | SUCCEEDED          | - | -   | All went well
            exit3       | EXITED             | 0 | 3   | The command ended with exit code 3 (pod exit3-
            gang        | EXITED             | 1 | 7   | Rank 1 ended with exit code 7 (pod gang-1-
            signal      | EXITED             | 0 | 1   | ended with exit code 1
            oom         | OUT_OF_MEMORY      | 0 | 137 | The command used more memory than its limit of 32Mi and was killed (OOMKilled, pod oom-
            oomchild    | OUT_OF_MEMORY      | 0 | 1   | A process of the command used more memory than its limit of 32Mi
            shm         | OUT_OF_SPACE       | 0 | -   | Usage of EmptyDir volume "v" exceeds the limit "8Mi"
            victim      | PREEMPTED          | 0 | -   | preempting to accommodate a higher priority pod
            ghost       | NODE_LOST          | 0 | -   | Node node-2, which pod ghost-nzl85 ran on, was lost: PodGC: node no longer exists
            deleted     | DELETED            | 0 | -   | Somebody deleted pod deleted-
            poddeleted  | DELETED            | 0 | -   | Somebody deleted pod poddeleted-
            deadline    | RUN_DEADLINE       | - | -   | Job was active longer than specified deadline
            sidecar     | OUTPUTS_MISSING    | 0 | -   | The command succeeded, but what it left could not be kept (container keep of pod
            initfail    | SUPPLY_UNREACHABLE | 0 | 5   | could not be brought to pod initfail-n95ct: The dataset is not there (exit code 5)
            badcmd      | CONFIGURATION      | 0 | 128 | could not be started in image registry.example.com/test/busybox@sha256:c0: exec: "/no/such": stat /no/such: no such file or directory
            badimage    | IMAGE              | 0 | -   | after 5 tries: registry.example.com/test/busybox-absent:1: not found
            hostless    | IMAGE              | 0 | -   | dial tcp: lookup nowhere.invalid
            invalidimage| IMAGE              | 0 | -   | couldn't parse image name "UPPER//bad"
            nosecret    | IMAGE              | 0 | -   | 401 Unauthorized; no pull secret is named
            missenv     | CONFIGURATION      | 0 | -   | Container training of pod missenv-6c9rh on node node-1 cannot be made: secret "absent" not found
            misskey     | CONFIGURATION      | 0 | -   | couldn't find key a in ConfigMap
            missvol     | CONFIGURATION      | 0 | -   | A volume of pod missvol-2x7jb on node node-1 cannot be mounted: MountVolume.SetUp failed for volume "v" : secret "absent" not found
            nosa        | CONFIGURATION      | - | -   | serviceaccount "absent" not found
            noprio      | REFUSED            | - | -   | no PriorityClass with name absent was found
            podsecurity | REFUSED            | - | -   | The cluster refuses the pods of Job podsecurity: violates PodSecurity "restricted:latest"
            quotanever  | REFUSED            | - | -   | asks for 3, and 1 of 2 are used, so that it never fits
            """)
    void saysHowRealWorkloadsEnded(String name, Cause cause, Integer rank, Integer exitCode, String sentence) {
        Optional<End> end =
                Ends.of(SeenCases.workload(name), SeenCases.observation(name), SeenCases.READY, SeenCases.NOW);

        assertThat(end).isPresent();
        assertThat(end.get().sentence()).contains(sentence).doesNotContain("\n").doesNotEndWith(".");
        assertThat(end.get().cause()).isEqualTo(cause);
        assertThat(end.get().rank()).isEqualTo(rank);
        assertThat(end.get().exitCode()).isEqualTo(exitCode);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "running",
                "supplying",
                "suspended",
                "quota",
                "toomany",
                "nomig",
                "selector",
                "misspvc",
                "unboundpvc",
                "ghosttaint",
                "gangwait"
            })
    void waitsForWhatMayPass(String name) {
        assertThat(Ends.of(SeenCases.workload(name), SeenCases.observation(name), SeenCases.READY, SeenCases.NOW))
                .isEmpty();
    }

    /** A watcher that comes back creates what its predecessor had no time for: the pods' complaints of before do not count. */
    @ParameterizedTest
    @ValueSource(strings = {"missenv", "misskey", "missvol", "nosa", "noprio", "podsecurity"})
    void givesTimeFromWhenAllIsThere(String name) {
        Observation seen = SeenCases.observation(name);
        Instant justNow = SeenCases.NOW.minusSeconds(20);

        assertThat(Ends.of(SeenCases.workload(name), seen, justNow, SeenCases.NOW))
                .isEmpty();
        assertThat(Ends.of(SeenCases.workload(name), seen, null, SeenCases.NOW)).isEmpty();
    }

    @Test
    void takesTheFirstRankThatFailedAndNotTheFirstInTheList() {
        Pod first = pod(0, "Failed", terminated(1, "Error", "11:59:10"));
        Pod second = pod(1, "Failed", terminated(9, "Error", "11:59:05"));

        assertThat(end(2, first, second)).extracting(End::rank, End::exitCode).containsExactly(1, 9);
    }

    @Test
    void takesTheMoreTellingOfRanksThatFailedInTheSameSecond() {
        Pod first = pod(0, "Failed", terminated(1, "Error", "11:59:05"));
        Pod second = pod(1, "Failed", terminated(137, "OOMKilled", "11:59:05"));

        assertThat(end(2, first, second)).extracting(End::rank, End::cause).containsExactly(1, Cause.OUT_OF_MEMORY);
    }

    @Test
    void waitsAMomentForARankThatFailedBefore() {
        Pod first = pod(0, "Failed", terminated(1, "Error", "11:59:58"));
        Pod second = pod(1, "Running", "running: {startedAt: '2026-11-27T11:00:00Z'}");

        assertThat(Ends.of(SeenCases.workload(2), seen(first, second), NOW, NOW))
                .isEmpty();
        assertThat(Ends.of(SeenCases.workload(2), seen(first, second), NOW, NOW.plusSeconds(5)))
                .get()
                .extracting(End::rank)
                .isEqualTo(0);
    }

    @Test
    void blamesTheClusterWhenARankFailsBecauseAnotherIsBeingTakenAway() {
        Pod preempted = pod(0, "Running", "running: {startedAt: '2026-11-27T11:00:00Z'}");
        disrupt(preempted, "PreemptionByScheduler", "11:59:01");
        Pod peer = pod(1, "Failed", terminated(1, "Error", "11:59:20"));

        assertThat(Ends.of(SeenCases.workload(2), seen(preempted, peer), NOW, NOW))
                .get()
                .extracting(End::cause)
                .isEqualTo(Cause.PREEMPTED);

        Pod ended = pod(0, "Failed", terminated(143, "Error", "11:59:25"));
        disrupt(ended, "PreemptionByScheduler", "11:59:01");
        assertThat(end(2, ended, peer)).extracting(End::cause, End::rank).containsExactly(Cause.PREEMPTED, 0);
    }

    @Test
    void blamesTheNodeThatFellSilentForWhatItsPeersEndWith() {
        Pod silent = pod(0, "Running", "running: {startedAt: '2026-11-27T11:00:00Z'}");
        silent.getStatus()
                .getConditions()
                .add(SeenCases.yaml(
                        "{type: Ready, status: 'False'}", io.fabric8.kubernetes.api.model.PodCondition.class));
        silent.getStatus().getContainerStatuses().get(0).setReady(true);
        Pod peer = pod(1, "Failed", terminated(1, "Error", "11:59:20"));

        assertThat(end(2, silent, peer)).extracting(End::cause, End::node).containsExactly(Cause.NODE_LOST, "node-0");
    }

    @Test
    void doesNotWaitForAPodOnALostNodeToEnd() {
        Pod pod = pod(0, "Running", "running: {startedAt: '2026-11-27T11:00:00Z'}");
        disrupt(pod, "DeletionByTaintManager", "11:59:01");

        assertThat(end(1, pod).cause()).isEqualTo(Cause.NODE_LOST);
    }

    @Test
    void letsAPreemptedPodKeepItsCheckpointFirst() {
        Pod pod = pod(0, "Running", "running: {startedAt: '2026-11-27T11:00:00Z'}");
        disrupt(pod, "PreemptionByScheduler", "11:59:01");

        assertThat(Ends.of(SeenCases.workload(1), seen(pod), NOW, NOW)).isEmpty();
    }

    @Test
    void callsItASuccessWhenItHadEndedBeforeItWasTakenAway() {
        Pod pod = pod(0, "Succeeded", terminated(0, "Completed", "11:59:00"));
        disrupt(pod, "PreemptionByScheduler", "11:59:01");

        assertThat(end(1, pod).cause()).isEqualTo(Cause.SUCCEEDED);
    }

    @ParameterizedTest
    @CsvSource({
        "UnexpectedAdmissionError, EVICTED",
        "OutOfnvidia.com/gpu, EVICTED",
        "NodeShutdown, EVICTED",
        "Terminated, EVICTED",
        "Preempting, PREEMPTED",
        "NodeLost, NODE_LOST"
    })
    void takesWhatANodeTurnsAwayForTheClustersDoing(String reason, Cause cause) {
        Pod pod = pod(0, "Failed", terminated(137, "Error", "11:59:00"));
        pod.getStatus().setReason(reason);
        pod.getStatus().setMessage("because");

        assertThat(end(1, pod)).satisfies(end -> {
            assertThat(end.cause()).isEqualTo(cause);
            assertThat(end.cause().budget()).isEqualTo(End.Budget.INFRASTRUCTURE);
            assertThat(end.sentence()).contains("because");
        });
    }

    @Test
    void namesSignals() {
        assertThat(end(1, pod(0, "Failed", terminated(135, "Error", "11:59:00")))
                        .sentence())
                .contains("exit code 135, SIGBUS: /dev/shm may be full, which has 8Mi (resources.shm)");
        assertThat(end(1, pod(0, "Failed", terminated(137, "Error", "11:59:00")))
                        .sentence())
                .contains("SIGKILL, though it kept to its memory limit");
        assertThat(end(1, pod(0, "Failed", terminated(255, "Error", "11:59:00")))
                        .sentence())
                .contains("exit code 255 (pod");
    }

    @Test
    void readsFromTheJobWhatItsRemovedPodsCannotSayAnyMore() {
        assertThat(Ends.of(
                        SeenCases.workload(1),
                        seen(
                                job(
                                        "Failed",
                                        "PodFailurePolicy",
                                        "Pod team/digits-1-0-abc has condition DisruptionTarget matching FailJob rule at index 0")),
                        NOW,
                        NOW))
                .get()
                .satisfies(end -> {
                    assertThat(end.cause()).isEqualTo(Cause.EVICTED);
                    assertThat(end.pod()).isEqualTo("digits-1-0-abc");
                });
        assertThat(Ends.of(SeenCases.workload(1), seen(job("Complete", "CompletionsReached", "")), NOW, NOW))
                .get()
                .extracting(End::cause)
                .isEqualTo(Cause.SUCCEEDED);
        assertThat(Ends.of(SeenCases.workload(1), seen(job("Failed", "BackoffLimitExceeded", "x")), NOW, NOW))
                .get()
                .extracting(End::sentence)
                .isEqualTo("Job digits-1 failed, and its pods are gone: BackoffLimitExceeded, x");
    }

    @Test
    void saysThatAJobWasDeleted() {
        HasMetadata job = job("Suspended", "x", "");
        Observation seen = new Observation(NOW, null, List.of(job), List.of(), List.of("job"), List.of());

        assertThat(Ends.of(SeenCases.workload(1), seen, NOW, NOW)).get().satisfies(end -> {
            assertThat(end.cause()).isEqualTo(Cause.DELETED);
            assertThat(end.sentence()).isEqualTo("Somebody deleted Job digits-1");
        });
    }

    @Test
    void takesWhatKueueTookBackForPreempted() {
        Pod pod = pod(0, "Failed", terminated(143, "Error", "11:59:30"));
        pod.getMetadata().setDeletionTimestamp("2026-11-27T11:59:50Z");
        pod.getMetadata().setDeletionGracePeriodSeconds(30L);
        GenericKubernetesResource kueue = kueue("Evicted", "True", "Preempted", "Preempted to accommodate a workload");
        Observation seen = new Observation(
                NOW, null, List.of(job("Suspended", "x", ""), kueue), List.of(pod), List.of(), List.of());

        assertThat(Ends.of(queued(), seen, NOW, NOW)).get().satisfies(end -> {
            assertThat(end.cause()).isEqualTo(Cause.PREEMPTED);
            assertThat(end.sentence())
                    .isEqualTo(
                            "Kueue took Job digits-1 back into queue 'research': Preempted to accommodate a workload");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {apiVersion: jobset.x-k8s.io/v1alpha2, kind: JobSet, metadata: {name: a, uid: o}, status: {conditions: [{type: Completed, status: 'True'}]}} | SUCCEEDED
            {apiVersion: kubeflow.org/v1, kind: PyTorchJob, metadata: {name: a, uid: o}, status: {conditions: [{type: Succeeded, status: 'True'}]}} | SUCCEEDED
            {apiVersion: kubeflow.org/v1, kind: PyTorchJob, metadata: {name: a, uid: o}, status: {conditions: [{type: Failed, status: 'True', reason: PyTorchJobFailed}]}} | EXITED
            {apiVersion: batch.volcano.sh/v1alpha1, kind: Job, metadata: {name: a, uid: o}, status: {state: {phase: Completed}}} | SUCCEEDED
            {apiVersion: batch.volcano.sh/v1alpha1, kind: Job, metadata: {name: a, uid: o}, status: {state: {phase: Aborted, reason: x}}} | EXITED
            """)
    void readsOtherControllersObjects(String yaml, Cause cause) {
        HasMetadata owner = SeenCases.yaml(yaml, GenericKubernetesResource.class);

        assertThat(Ends.of(SeenCases.workload(1), seen(owner), NOW, NOW))
                .get()
                .extracting(End::cause)
                .isEqualTo(cause);
    }

    @Test
    void knowsNothingOfNothing() {
        assertThat(Ends.of(SeenCases.workload(1), Observation.nothing(), NOW, NOW))
                .isEmpty();
    }

    private static End end(int nodes, Pod... pods) {
        return Ends.of(SeenCases.workload(nodes), seen(pods), NOW, NOW).orElseThrow();
    }

    private static Observation seen(Pod... pods) {
        return new Observation(NOW, null, List.of(), List.of(pods), List.of(), List.of());
    }

    private static Observation seen(HasMetadata owner) {
        return new Observation(NOW, null, List.of(owner), List.of(), List.of(), List.of());
    }

    static Workload queued() {
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
                base.resources(),
                new Workload.Placement(null, null, null, null, null, "research", null, null),
                base.security(),
                base.limits(),
                null);
    }

    static GenericKubernetesResource kueue(String type, String status, String reason, String message) {
        return SeenCases.yaml("""
                apiVersion: kueue.x-k8s.io/v1beta1
                kind: Workload
                metadata: {name: job-digits-1, uid: kueue, ownerReferences: [{kind: Job, apiVersion: batch/v1, name: digits-1, uid: job}]}
                status: {conditions: [{type: %s, status: '%s', reason: %s, message: "%s"}]}
                """.formatted(type, status, reason, message), GenericKubernetesResource.class);
    }

    static HasMetadata job(String condition, String reason, String message) {
        return SeenCases.yaml(
                """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: digits-1, uid: job}
                spec: {suspend: %s}
                status: {conditions: [{type: %s, status: 'True', reason: %s, message: "%s"}]}
                """.formatted(condition.equals("Suspended"), condition, reason, message),
                io.fabric8.kubernetes.api.model.batch.v1.Job.class);
    }

    private static String terminated(int code, String reason, String at) {
        return "terminated: {exitCode: %d, reason: %s, finishedAt: '2026-11-27T%sZ'}".formatted(code, reason, at);
    }

    static Pod pod(int rank, String phase, String state) {
        return SeenCases.yaml("""
                apiVersion: v1
                kind: Pod
                metadata: {name: digits-1-%1$d, uid: pod-%1$d, annotations: {batch.kubernetes.io/job-completion-index: '%1$d'}}
                spec: {nodeName: node-%1$d}
                status:
                  phase: %2$s
                  containerStatuses: [{name: training, state: {%3$s}}]
                """.formatted(rank, phase, state), Pod.class);
    }

    private static void disrupt(Pod pod, String reason, String at) {
        pod.getStatus()
                .getConditions()
                .add(SeenCases.yaml(
                        "{type: DisruptionTarget, status: 'True', reason: %s, message: said, lastTransitionTime: '2026-11-27T%sZ'}"
                                .formatted(reason, at),
                        io.fabric8.kubernetes.api.model.PodCondition.class));
    }
}
