package io.jenkins.plugins.mlops.core.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.diagnosis.WaitingReason;
import io.jenkins.plugins.mlops.core.execution.FakeCluster.FakePod;
import io.jenkins.plugins.mlops.core.workload.Manifests;
import io.jenkins.plugins.mlops.core.workload.Workload;
import io.jenkins.plugins.mlops.core.workload.Workload.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutionTest {

    private static final Limits LIMITS =
            new Limits(Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofSeconds(30), null, 1, 1);

    @TempDir
    Path directory;

    private final FakeTime time = new FakeTime();
    private final FakeCluster cluster = new FakeCluster(time);
    private final List<String> notes = new ArrayList<>();
    private final List<String> output = new ArrayList<>();
    private final List<String> pauses = new ArrayList<>();
    private Execution execution;

    private final ExecutionListener listener = new ExecutionListener() {
        @Override
        public void note(String text) {
            notes.add(text);
        }

        @Override
        public void output(long number, String line) {
            assertThat(number).isEqualTo(output.size() + 1L);
            output.add(line);
        }

        @Override
        public void waiting(String reason) {
            pauses.add(reason);
        }
    };

    @AfterEach
    void close() {
        if (execution != null) {
            execution.close();
        }
    }

    @Test
    void successGoesThroughAllPhasesAndLeavesNothing() {
        start(workload(1, LIMITS));
        FakePod pod = placed(0, 1);
        pod.print("one");
        steps(3);
        pod.print("two");
        pod.end(0);

        End end = finish();

        assertThat(end.succeeded()).isTrue();
        assertThat(output).containsExactly("one", "two");
        assertThat(cluster.objects).isEmpty();
        ExecutionStatus status = Execution.status(directory);
        assertThat(status.phase()).isEqualTo(Phase.DONE);
        assertThat(status.attempts()).hasSize(1);
        assertThat(status.attempts().get(0).pods().get(0).image())
                .startsWith("registry.example.com/trainer@sha256:ccc");
        assertThat(status.gpuSeconds()).isPositive();
        assertThat(Execution.failure(directory, 1)).doesNotExist();
        assertThat(Execution.objects(directory, 1))
                .content()
                .contains("name: \"digits-1\"")
                .doesNotContain("planted");
    }

    @Test
    void stateIsOnDiskBeforeTheClusterIsAsked() throws IOException {
        cluster.createFails = FakeCluster.unreachable();
        start(workload(1, LIMITS));
        steps(1);

        ExecutionStatus status = Execution.status(directory);
        assertThat(status.object()).isEqualTo("Job digits-1");
        assertThat(status.trouble()).contains("does not answer");
        assertThat(Files.readString(directory.resolve("execution.json"))).contains("\"unsure\" : true");
    }

    @Test
    void objectWhoseCreationNobodySawIsAdoptedAfterACrash() {
        cluster.createFails = FakeCluster.unreachable();
        cluster.createFailsAfterwards = true;
        start(workload(1, LIMITS));
        steps(1);
        cluster.createFails = null;
        reopen();
        steps(2);

        assertThat(Execution.status(directory).uid()).isEqualTo("uid-1");
        assertThat(cluster.objects.keySet())
                .filteredOn(key -> key.startsWith("Job"))
                .hasSize(1);
    }

    @Test
    void stopRemovesAlsoWhatOnlyTheClusterKnowsOf() {
        cluster.createFails = FakeCluster.unreachable();
        cluster.createFailsAfterwards = true;
        start(workload(1, LIMITS));
        steps(1);
        execution.stop("stopped by anna");

        End end = finish();

        assertThat(end.cause()).isEqualTo(End.Cause.STOPPED);
        assertThat(end.sentence()).contains("stopped by anna");
        assertThat(cluster.objects).isEmpty();
    }

    @Test
    void quotaIsWaitedForAndSaidOnceAndMarkedAsPause() {
        cluster.createFails = Quota.exceeded("exceeded quota: gpus, used: 8, limited: 8");
        start(workload(1, LIMITS));
        for (int i = 0; i < 5; i++) {
            time.pass(Duration.ofSeconds(20));
            steps(1);
        }
        assertThat(notes).containsExactly("Waiting: exceeded quota: gpus, used: 8, limited: 8");
        assertThat(pauses).containsExactly("exceeded quota: gpus, used: 8, limited: 8");

        cluster.createFails = null;
        placed(0, 1).end(0);
        assertThat(finish().succeeded()).isTrue();
        assertThat(pauses).last().isNull();
    }

    @Test
    void quotaBeyondTheQueueDeadlineEndsWithItsWords() {
        cluster.createFails = Quota.exceeded("exceeded quota: gpus, used: 8, limited: 8");
        start(workload(1, LIMITS));
        steps(1);
        time.pass(Duration.ofMinutes(11));

        End end = finish();

        assertThat(end.cause()).isEqualTo(End.Cause.QUEUE_DEADLINE);
        assertThat(end.sentence()).contains("10m").contains("used: 8, limited: 8");
    }

    @Test
    void gangThatIsHalfPlacedIsFreedAtTheQueueDeadline() {
        cluster.reasons.add(new WaitingReason("gpu", "0/1 nodes are available: 1 Insufficient nvidia.com/gpu", false));
        start(workload(2, LIMITS));
        placed(0, 1);
        cluster.pod(1, 1);
        steps(2);
        time.pass(Duration.ofMinutes(11));

        End end = finish();

        assertThat(end.cause()).isEqualTo(End.Cause.QUEUE_DEADLINE);
        assertThat(end.sentence()).contains("Insufficient nvidia.com/gpu");
        assertThat(cluster.objects).isEmpty();
        assertThat(cluster.pods).allMatch(pod -> pod.gone);
    }

    @Test
    void deadlinesAreNotDecidedWhileTheClusterDoesNotAnswer() {
        start(workload(1, LIMITS));
        FakePod pod = placed(0, 1);
        steps(3);
        cluster.trouble = "The API server is away";
        time.pass(Duration.ofHours(2));
        steps(3);
        assertThat(Execution.status(directory).phase()).isEqualTo(Phase.ACTIVE);

        cluster.trouble = null;
        pod.end(0);
        assertThat(finish().succeeded()).isTrue();
        assertThat(notes).contains("Cluster fake answers again");
    }

    @Test
    void runDeadlineEndsWhatRuns() {
        start(workload(1, LIMITS));
        placed(0, 1);
        steps(3);
        time.pass(Duration.ofMinutes(61));

        assertThat(finish().cause()).isEqualTo(End.Cause.RUN_DEADLINE);
        assertThat(cluster.objects).isEmpty();
    }

    @Test
    void infrastructureAndFailureHaveBudgetsOfTheirOwn() {
        start(workload(1, LIMITS));
        placed(0, 1).gone = true;
        until(2);
        placed(0, 2).end(1);
        until(3);
        placed(0, 3).end(7);

        End end = finish();

        assertThat(end.exitCode()).isEqualTo(7);
        ExecutionStatus status = Execution.status(directory);
        assertThat(status.attempts())
                .extracting(attempt -> attempt.end().cause())
                .containsExactly(End.Cause.NODE_LOST, End.Cause.EXITED, End.Cause.EXITED);
        assertThat(status.infrastructureRetries()).isOne();
        assertThat(status.failureRetries()).isOne();
        assertThat(cluster.objects).isEmpty();
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(Execution.failure(directory, attempt).resolve("end.json"))
                    .exists();
            assertThat(Execution.failure(directory, attempt).resolve("objects.yaml"))
                    .exists();
        }
    }

    @Test
    void failingRankOfAGangIsToldWithItsLastLines() {
        start(workload(2, new Limits(null, null, Duration.ofSeconds(30), null, 0, 0)));
        placed(0, 1).print("rank 0 waits");
        FakePod second = placed(1, 1);
        second.print("Traceback: boom");
        steps(3);
        second.end(1);

        End end = finish();

        assertThat(end.rank()).isEqualTo(1);
        assertThat(String.join("\n", notes)).contains("The last lines of rank 1:\n  | Traceback: boom");
        assertThat(Execution.failure(directory, 1).resolve("rank-1.txt"))
                .content()
                .contains("boom");
        assertThat(Execution.failure(directory, 1).resolve("rank-0.txt"))
                .content()
                .contains("rank 0 waits");
    }

    @Test
    void whatAKilledWatcherHadNotRecordedIsReadAgainAndNothingTwice() throws IOException {
        start(workload(1, LIMITS));
        FakePod pod = placed(0, 1);
        pod.print("one");
        pod.print("two");
        steps(3);
        Path log = Execution.log(directory, 0);
        Files.writeString(log, "half a li", StandardOpenOption.APPEND);
        reopen();
        pod.print("three");
        time.pass(Duration.ofSeconds(20));
        steps(3);
        pod.end(0);

        finish();

        assertThat(log).content().isEqualTo("one\ntwo\nthree\n");
        assertThat(output).containsExactly("one", "two", "three");
    }

    @Test
    void rotatedLinesAreAGapWithItsTimes() {
        start(workload(1, LIMITS));
        FakePod pod = placed(0, 1);
        pod.print("one");
        steps(3);
        time.pass(Duration.ofSeconds(30));
        pod.log.clear();
        pod.print("nine");
        pod.end(0);

        finish();

        assertThat(output)
                .containsExactly(
                        "one",
                        "[mlops] lines between 2026-11-27T10:00:00Z and 2026-11-27T10:00:30.300Z may be missing: the node did not keep them",
                        "nine");
    }

    @Test
    void logThatGrowsFastIsFollowed() {
        start(workload(1, LIMITS));
        FakePod pod = placed(0, 1);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String line = i + " " + "x".repeat(100_000);
            pod.print(line);
            expected.add(line);
            time.pass(Duration.ofSeconds(1));
            steps(1);
            if (cluster.calls.contains("follow " + pod.name)) {
                // Rotated away at once: only the stream has them.
                cluster.readFails = MlopsException.unreachable("rotated", null);
            }
        }
        pod.end(0);
        finish();
        assertThat(output).isEqualTo(expected);
    }

    @Test
    void lastWordsOfAPodThatIsStoppedAreKept() {
        cluster.podsOutliveJob = true;
        start(workload(1, LIMITS));
        FakePod pod = placed(0, 1);
        pod.print("one");
        steps(3);
        execution.stop("enough");
        steps(3);
        pod.print("checkpoint saved");
        pod.end(143);
        pod.gone = true;
        finish();
        assertThat(output).containsExactly("one", "checkpoint saved");
    }

    @Test
    void logThatCannotBeReadToItsEndIsSaid() {
        start(workload(1, LIMITS));
        FakePod pod = placed(0, 1);
        pod.print("one");
        steps(3);
        cluster.readFails = MlopsException.unreachable("The kubelet does not answer", null);
        pod.print("two");
        pod.end(0);

        finish();

        assertThat(output).hasSize(2);
        assertThat(output.get(1)).contains("may be missing: The kubelet does not answer");
    }

    @Test
    void silenceOfAllRanksNamesTheOneThatWasSilentFirst() {
        start(workload(2, new Limits(null, null, Duration.ofSeconds(30), Duration.ofMinutes(5), 0, 0)));
        FakePod first = placed(0, 1);
        FakePod second = placed(1, 1);
        second.print("step 1");
        steps(3);
        time.pass(Duration.ofMinutes(2));
        first.print("step 2");
        steps(2);
        for (int i = 0; i < 30 && Execution.status(directory).phase() == Phase.ACTIVE; i++) {
            time.pass(Duration.ofSeconds(15));
            steps(1);
        }

        End end = finish();

        assertThat(end.cause()).isEqualTo(End.Cause.HUNG);
        assertThat(end.rank()).isEqualTo(1);
    }

    @Test
    void steadyRankThatFallsSilentWhileOthersPrintHangs() {
        start(workload(2, new Limits(null, null, Duration.ofSeconds(30), Duration.ofMinutes(1), 0, 0)));
        FakePod first = placed(0, 1);
        FakePod second = placed(1, 1);
        for (int i = 0; i < 60 && Execution.status(directory).phase() != Phase.DONE; i++) {
            first.print("waiting " + i);
            if (i < 20) {
                second.print("step " + i);
            }
            time.pass(Duration.ofSeconds(10));
            steps(2);
        }

        End end = finish();

        assertThat(end.cause()).isEqualTo(End.Cause.HUNG);
        assertThat(end.rank()).isEqualTo(1);
        assertThat(first.log.size()).isLessThan(30);
    }

    @Test
    void rankThatPrintedOnlyAtTheStartDoesNotHang() {
        start(workload(2, new Limits(null, null, Duration.ofSeconds(30), Duration.ofMinutes(1), 0, 0)));
        FakePod first = placed(0, 1);
        FakePod second = placed(1, 1);
        second.print("joined");
        second.print("ready");
        for (int i = 0; i < 60; i++) {
            first.print("step " + i);
            time.pass(Duration.ofSeconds(10));
            steps(2);
        }
        assertThat(Execution.status(directory).phase()).isEqualTo(Phase.ACTIVE);
        first.end(0);
        second.end(0);
        assertThat(finish().succeeded()).isTrue();
    }

    @Test
    void podThatOutlivesItsGraceIsRemovedByForce() {
        cluster.podsOutliveJob = true;
        start(workload(1, LIMITS));
        placed(0, 1);
        steps(3);
        execution.stop("enough");
        steps(3);
        assertThat(Execution.status(directory).phase()).isEqualTo(Phase.REMOVING);
        time.pass(Duration.ofMinutes(2));

        assertThat(finish().cause()).isEqualTo(End.Cause.STOPPED);
        assertThat(cluster.pods).allMatch(pod -> pod.gone);
        assertThat(String.join("\n", notes)).contains("removed by force");
    }

    @Test
    void objectThatVanishedWhileNobodyWatchedIsNotWaitedFor() {
        start(workload(1, new Limits(null, null, Duration.ofSeconds(30), null, 0, 0)));
        steps(2);
        cluster.objects.clear();
        reopen();
        time.pass(Duration.ofMinutes(1));
        steps(3);
        time.pass(Duration.ofMinutes(1));

        End end = finish();

        assertThat(end.cause()).isEqualTo(End.Cause.DELETED);
    }

    @Test
    void stopOfAnotherProcessIsSeen() {
        start(workload(1, LIMITS));
        placed(0, 1);
        steps(3);
        Execution.stop(directory, "stopped at another terminal");

        assertThat(finish().sentence()).contains("another terminal");
    }

    @Test
    void onlyOneWatcherAtATime() {
        start(workload(1, LIMITS));

        assertThatThrownBy(() -> Execution.open(directory, context()))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("watched by another process");
    }

    @Test
    void removalThatFailsForLongIsLeftToTheSweeper() {
        start(workload(1, LIMITS));
        placed(0, 1);
        steps(3);
        cluster.deleteFails = FakeCluster.unreachable();
        execution.stop("enough");
        for (int i = 0; i < 100 && Execution.status(directory).phase() != Phase.DONE; i++) {
            time.pass(Duration.ofSeconds(30));
            steps(1);
        }
        assertThat(Execution.status(directory).phase()).isEqualTo(Phase.DONE);
        assertThat(String.join("\n", notes)).contains("left to be swept");
    }

    private FakePod placed(int rank, int attempt) {
        FakePod pod = cluster.pod(rank, attempt);
        pod.start();
        return pod;
    }

    private void start(Workload workload) {
        execution = Execution.start(directory, workload, context());
    }

    private void reopen() {
        execution.close();
        execution = Execution.open(directory, context());
    }

    private ExecutionContext context() {
        return new ExecutionContext(
                cluster,
                (workload, attempt) -> Manifests.of(workload, attempt, Map.of("TOKEN", "planted")),
                cluster,
                ClusterFacts.NONE,
                Timing.DEFAULT,
                time);
    }

    private Next steps(int count) {
        Next next = null;
        for (int i = 0; i < count; i++) {
            next = execution.step(listener);
            time.pass(Duration.ofMillis(100));
        }
        return next;
    }

    private void until(int attempt) {
        for (int i = 0; i < 1000; i++) {
            if (Execution.status(directory).attempt() == attempt) {
                return;
            }
            Next next = execution.step(listener);
            time.pass(next.after());
        }
        throw new AssertionError("no attempt " + attempt);
    }

    private End finish() {
        for (int i = 0; i < 1000; i++) {
            Next next = execution.step(listener);
            if (next.isDone()) {
                return next.end();
            }
            time.pass(next.after());
        }
        throw new AssertionError("it does not end: " + execution.status());
    }

    private static Workload workload(int nodes, Limits limits) {
        return new Workload(
                "digits",
                Workload.Kind.JOB,
                new Workload.Identity("ci", "0b1e4c9e-0000-4000-8000-000000000001", Workload.Role.TRAINING, null),
                nodes,
                "registry.example.com/trainer@sha256:" + "b".repeat(64),
                List.of("train"),
                null,
                Map.of(),
                Set.of("TOKEN"),
                new Workload.PodResources(2, "nvidia.com/gpu", "1", "1Gi", null),
                Workload.Placement.anywhere(),
                Workload.Security.RESTRICTED,
                limits,
                null);
    }

    /** The exception of a quota is made by the cluster's package alone. */
    private static final class Quota {
        static MlopsException exceeded(String message) {
            try {
                var constructor =
                        io.jenkins.plugins.mlops.core.cluster.QuotaExceededException.class.getDeclaredConstructor(
                                String.class, Throwable.class);
                constructor.setAccessible(true);
                return constructor.newInstance(message, null);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
