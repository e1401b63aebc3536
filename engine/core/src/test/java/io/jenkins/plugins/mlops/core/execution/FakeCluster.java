package io.jenkins.plugins.mlops.core.execution;

import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.cluster.LogPart;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.diagnosis.WaitingReason;
import io.jenkins.plugins.mlops.core.workload.Labels;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A cluster of the test's making: what it holds is set by hand, and each call may be made to fail. */
final class FakeCluster implements ClusterCalls, Judgement {

    /** One pod. */
    final class FakePod {
        final String uid;
        final String name;
        final int rank;
        final int attempt;
        final List<LogPart.Line> log = new ArrayList<>();
        Instant started;
        Instant ended;
        int exitCode;
        boolean gone;

        FakePod(int rank, int attempt) {
            this.rank = rank;
            this.attempt = attempt;
            this.name = "pod-" + attempt + "-" + rank;
            this.uid = "uid-of-" + name;
        }

        void print(String text) {
            log.add(new LogPart.Line(time.instant(), text));
        }

        void start() {
            started = time.instant();
        }

        void end(int code) {
            ended = time.instant();
            exitCode = code;
        }

        Pod pod() {
            ContainerStateBuilder state = new ContainerStateBuilder();
            if (ended != null) {
                state.withNewTerminated()
                        .withExitCode(exitCode)
                        .withStartedAt(started.toString())
                        .withFinishedAt(ended.toString())
                        .endTerminated();
            } else if (started != null) {
                state.withNewRunning().withStartedAt(started.toString()).endRunning();
            } else {
                state.withNewWaiting().endWaiting();
            }
            return new PodBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withUid(uid)
                    .addToLabels("batch.kubernetes.io/job-completion-index", Integer.toString(rank))
                    .endMetadata()
                    .withNewSpec()
                    .withNodeName(started == null ? null : "node-1")
                    .endSpec()
                    .withNewStatus()
                    .withPhase(
                            ended != null
                                    ? exitCode == 0 ? "Succeeded" : "Failed"
                                    : started != null ? "Running" : "Pending")
                    .withStartTime(started == null ? null : started.toString())
                    .withContainerStatuses(new ContainerStatusBuilder()
                            .withName("training")
                            .withContainerID(started == null ? null : "containerd://" + uid)
                            .withImageID("containerd://registry.example.com/trainer@sha256:" + "c".repeat(64))
                            .withState(state.build())
                            .build())
                    .endStatus()
                    .build();
        }
    }

    final FakeTime time;
    final Map<String, HasMetadata> objects = new LinkedHashMap<>();
    final List<FakePod> pods = new ArrayList<>();
    final List<String> calls = new ArrayList<>();
    final List<WaitingReason> reasons = new ArrayList<>();
    final List<String> goneOwners = new ArrayList<>();
    MlopsException createFails;
    /** Whether a create that fails has happened all the same. */
    boolean createFailsAfterwards;

    MlopsException readFails;
    MlopsException deleteFails;
    String trouble;
    boolean podsOutliveJob;
    private int uids;

    FakeCluster(FakeTime time) {
        this.time = time;
    }

    FakePod pod(int rank, int attempt) {
        FakePod pod = new FakePod(rank, attempt);
        pods.add(pod);
        return pod;
    }

    static MlopsException unreachable() {
        return MlopsException.unreachable("The cluster does not answer", null);
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public String namespace() {
        return "ml";
    }

    @Override
    public HasMetadata createOrAdopt(HasMetadata wanted) {
        calls.add("create " + key(wanted));
        if (createFails != null && !createFailsAfterwards) {
            throw createFails;
        }
        HasMetadata there = objects.computeIfAbsent(key(wanted), key -> {
            wanted.getMetadata().setUid("uid-" + ++uids);
            return wanted;
        });
        if (createFails != null) {
            throw createFails;
        }
        return there;
    }

    @Override
    public Optional<HasMetadata> find(HasMetadata like) {
        calls.add("find " + key(like));
        return Optional.ofNullable(objects.get(key(like)));
    }

    @Override
    public void delete(HasMetadata object, Duration grace) {
        calls.add("delete " + key(object));
        if (deleteFails != null) {
            throw deleteFails;
        }
        if (object instanceof Pod && podsOutliveJob && !Duration.ZERO.equals(grace)) {
            return;
        }
        if (object instanceof Pod) {
            pods.stream()
                    .filter(pod -> pod.uid.equals(object.getMetadata().getUid()))
                    .forEach(pod -> pod.gone = true);
            return;
        }
        HasMetadata removed = objects.remove(key(object));
        if (removed != null) {
            goneOwners.add(removed.getMetadata().getUid());
            objects.keySet()
                    .removeIf(key -> key.endsWith("/" + object.getMetadata().getName()));
            if (!podsOutliveJob) {
                pods.forEach(pod -> pod.gone = true);
            }
        }
    }

    @Override
    public LogPart readLog(String pod, String container, Instant since, long limitBytes) {
        if (readFails != null) {
            throw readFails;
        }
        FakePod of = pods.stream()
                .filter(one -> one.name.equals(pod))
                .findFirst()
                .orElseThrow(() -> MlopsException.refused("Pod " + pod + " is not there"));
        Instant from = since == null ? Instant.MIN : since.truncatedTo(ChronoUnit.SECONDS);
        return new LogPart(
                of.log.stream().filter(line -> !line.at().isBefore(from)).collect(Collectors.toList()), false, false);
    }

    @Override
    public Stream followLog(String pod, String container, Instant since) {
        FakePod of =
                pods.stream().filter(one -> one.name.equals(pod)).findFirst().orElseThrow();
        Instant from = since == null ? Instant.MIN : since.truncatedTo(ChronoUnit.SECONDS);
        calls.add("follow " + pod);
        return new Stream() {
            private int next = (int)
                    of.log.stream().takeWhile(line -> line.at().isBefore(from)).count();

            @Override
            public List<LogPart.Line> take() {
                List<LogPart.Line> lines = List.copyOf(of.log.subList(next, of.log.size()));
                next = of.log.size();
                return lines;
            }

            @Override
            public boolean hasEnded() {
                return (of.ended != null || of.gone) && next == of.log.size();
            }

            @Override
            public String failure() {
                return null;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void watch(Workload.Kind kind) {}

    @Override
    public Observation observe(Workload.Identity identity, int attempt) {
        List<HasMetadata> owners = objects.values().stream()
                .filter(object -> "Job".equals(object.getKind())
                        && Integer.toString(attempt)
                                .equals(object.getMetadata().getLabels().get(Labels.ATTEMPT)))
                .collect(Collectors.toList());
        List<FakePod> ours = pods.stream().filter(pod -> pod.attempt == attempt).collect(Collectors.toList());
        List<String> gone =
                ours.stream().filter(pod -> pod.gone).map(pod -> pod.uid).collect(Collectors.toList());
        gone.addAll(goneOwners);
        return new Observation(
                trouble == null ? time.instant() : time.instant().minusSeconds(60),
                trouble,
                owners,
                ours.stream().map(FakePod::pod).collect(Collectors.toList()),
                gone,
                List.of());
    }

    @Override
    public void forget(String run) {
        calls.add("forget");
    }

    @Override
    public Optional<End> end(Workload workload, Observation seen, Instant ready, Instant now) {
        for (FakePod pod : pods) {
            boolean present = seen.pods().stream()
                    .anyMatch(one -> one.getMetadata().getUid().equals(pod.uid));
            if (present && pod.ended != null && pod.exitCode != 0) {
                return Optional.of(new End(
                        End.Cause.EXITED,
                        "Rank " + pod.rank + " ended with exit code " + pod.exitCode,
                        pod.rank,
                        pod.exitCode,
                        pod.name,
                        "node-1"));
            }
            if (present && pod.gone) {
                return Optional.of(
                        new End(End.Cause.NODE_LOST, "Node node-1 was lost", pod.rank, null, pod.name, "node-1"));
            }
        }
        boolean all = seen.pods().size() == workload.nodes()
                && seen.pods().stream()
                        .allMatch(pod -> "Succeeded".equals(pod.getStatus().getPhase()));
        return all
                ? Optional.of(new End(End.Cause.SUCCEEDED, "It succeeded", null, null, null, null))
                : Optional.empty();
    }

    @Override
    public List<WaitingReason> waiting(Workload workload, Observation seen) {
        return List.copyOf(reasons);
    }

    private static String key(HasMetadata object) {
        return object.getKind() + "/" + object.getMetadata().getName();
    }
}
