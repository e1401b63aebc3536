package io.jenkins.plugins.mlops.core.execution;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.cluster.QuotaExceededException;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.diagnosis.WaitingReason;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.workload.EffectiveObjects;
import io.jenkins.plugins.mlops.core.workload.Labels;
import io.jenkins.plugins.mlops.core.workload.Manifests;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The life of one workload on a cluster: attempts, budgets, deadlines, logs, clean-up. It owns no thread: whoever drives it calls
 * {@link #step}, which makes a few short calls and says when to come again. Everything that must outlive the watcher is in its
 * directory before the cluster is asked for it, so that an execution whose watcher was killed goes on where it was. One process at
 * a time has it open. Thread-safe.
 *
 * <p>The phases are those of {@link Phase}. An attempt goes from CREATING to ACTIVE when its objects are there; from either to
 * ENDING when it is known how it ended (by the cluster, a deadline, the hang rule or a stop), to REMOVING when its logs are read and
 * what is known of a failure is kept, and from there, when nothing of it is left in the cluster, to DONE, or by PAUSING to the next
 * attempt, as the budget of its end allows. While the cluster does not answer nothing is decided: time that nobody could see
 * ends no attempt.
 *
 * <p>Its directory: {@code execution.json}, {@code logs/training-rank-N.log} for each rank, {@code objects/attempt-N.yaml} as the cluster was
 * given them, {@code failure/attempt-N/} for each attempt that failed, {@code stop.json} when somebody asked to stop it.
 */
public final class Execution implements AutoCloseable {

    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);
    private static final int LAST_LINES = 20;
    private static final int LAST_LINE_LENGTH = 400;

    private final Path directory;
    private final ExecutionContext context;
    private final ClusterCalls cluster;
    private final Timing timing;
    private final DirectoryLock lock;
    private final StopRequest stopRequest;
    private final Logs logs;
    private final ExecutionState state;
    private final Instant opened;

    private boolean dirty;
    private boolean closed;
    private Duration unreachableWait;
    private Instant createAgain = Instant.EPOCH;
    private Instant looked = Instant.EPOCH;
    private Duration createWait;
    private String lastReason;
    private volatile ExecutionStatus status;

    private Execution(Path directory, ExecutionContext context, ExecutionState state, DirectoryLock lock)
            throws IOException {
        this.directory = directory;
        this.context = context;
        this.cluster = context.cluster;
        this.timing = context.timing;
        this.lock = lock;
        this.state = state;
        this.stopRequest = new StopRequest(directory);
        this.logs = new Logs(directory.resolve("logs"), state.workload.container(), cluster, timing);
        this.opened = now();
        this.unreachableWait = timing.unreachable();
        this.createWait = timing.unreachable();
        this.status = state.status(stopRequest.reason(), opened);
    }

    /**
     * Begins an execution; nothing is asked of the cluster yet.
     *
     * @param directory made by this; there must be no execution in it
     */
    public static Execution start(Path directory, Workload workload, ExecutionContext context) {
        return use(directory, () -> {
            Files.createDirectories(directory);
            DirectoryLock lock = DirectoryLock.take(directory);
            try {
                if (isIn(directory)) {
                    throw MlopsException.usage("There is an execution in " + directory
                            + " already: go on with it, or name another directory");
                }
                Instant now = context.clock.instant();
                ExecutionState state = new ExecutionState();
                state.workload = workload;
                state.cluster = context.cluster.name();
                state.namespace = context.cluster.namespace();
                begin(state, 1, context, now);
                state.save(directory);
                return new Execution(directory, context, state, lock);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        });
    }

    /**
     * Goes on with one that was begun, by this process or another.
     *
     * @throws MlopsException of kind USAGE when there is none, another process has it open, or it runs on another cluster
     */
    public static Execution open(Path directory, ExecutionContext context) {
        return use(directory, () -> {
            ExecutionState.load(directory);
            DirectoryLock lock = DirectoryLock.take(directory);
            try {
                ExecutionState state = ExecutionState.load(directory);
                if (state.phase != Phase.DONE
                        && (!state.namespace.equals(context.cluster.namespace())
                                || !state.cluster.equals(context.cluster.name()))) {
                    throw MlopsException.usage("The execution in " + directory + " runs in namespace " + state.namespace
                            + " of cluster " + state.cluster + ", not in namespace " + context.cluster.namespace()
                            + " of cluster " + context.cluster.name());
                }
                return new Execution(directory, context, state, lock);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        });
    }

    /** Whether an execution was begun in a directory. */
    public static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(ExecutionState.FILE));
    }

    /** How one stands, whoever drives it; the cluster is not asked. */
    public static ExecutionStatus status(Path directory) {
        return ExecutionState.load(directory).status(new StopRequest(directory).reason(), Instant.now());
    }

    /** Asks for one to be stopped, whoever drives it: its next step sees it. @param reason such as "stopped by anna" */
    public static void stop(Path directory, String reason) {
        use(directory, () -> {
            new StopRequest(directory).write(reason);
            return null;
        });
    }

    /** The log of a rank, attempts one after another; it may not be there yet. */
    public static Path log(Path directory, int rank) {
        return RankLog.file(directory.resolve("logs"), rank);
    }

    /** The objects that the cluster was given for an attempt, as YAML with secrets masked; it may not be there yet. */
    public static Path objects(Path directory, int attempt) {
        return directory.resolve("objects").resolve("attempt-" + attempt + ".yaml");
    }

    /** What is kept of an attempt that failed; it may not be there. */
    public static Path failure(Path directory, int attempt) {
        return directory.resolve("failure").resolve("attempt-" + attempt);
    }

    /** Asks for it to be stopped; the next step begins with it. */
    public void stop(String reason) {
        stop(directory, reason);
    }

    /** How it stood after its last step. */
    public ExecutionStatus status() {
        return status;
    }

    public Path directory() {
        return directory;
    }

    /** The run that it belongs to, as {@link io.jenkins.plugins.mlops.core.cluster.ClusterWatch#onChange} tells it. */
    public String run() {
        return state.workload.identity().run();
    }

    /**
     * Does what is due.
     *
     * @throws MlopsException only when its own directory cannot be used, or the thread is interrupted; what the cluster refuses ends
     *     the execution, and what it cannot do at present is tried again
     */
    public synchronized Next step(ExecutionListener listener) {
        if (closed) {
            throw new IllegalStateException("the execution in " + directory + " is closed");
        }
        return use(directory, () -> {
            Next next;
            try {
                next = dispatch(listener);
            } catch (MlopsException e) {
                // Refused now is not refused for ever: credentials expire and are renewed, rules are put right.
                if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                    throw e;
                }
                trouble(e.getMessage(), listener);
                next = Next.after(backOff());
            } finally {
                save();
            }
            return next;
        });
    }

    private Next dispatch(ExecutionListener listener) throws IOException {
        logs.tell(listener);
        return switch (state.phase) {
            case CREATING -> create(listener);
            case ACTIVE -> watch(listener);
            case ENDING -> end(listener);
            case REMOVING -> remove(listener);
            case PAUSING -> pause(listener);
            case DONE -> Next.done(state.end);
        };
    }

    // CREATING

    private Next create(ExecutionListener listener) throws IOException {
        Optional<String> stop = stopRequest.read();
        if (stop.isPresent()) {
            return decide(stopped(stop.get()), listener);
        }
        Instant now = now();
        Instant deadline = state.queueDeadline();
        if (state.created == null && deadline != null && now.isAfter(deadline)) {
            return decide(queueDeadline(), listener);
        }
        if (now.isBefore(createAgain)) {
            return Next.after(Duration.between(now, createAgain));
        }
        try {
            Manifests.Objects objects = context.recipe.make(state.workload, state.attempt);
            if (state.uid == null) {
                keepObjects(objects);
                mayBeThere();
                HasMetadata main = cluster.createOrAdopt(objects.main());
                is(main, now);
                save();
            }
            cluster.watch(state.workload.kind());
            for (HasMetadata dependent : objects.owned(reference(objects.main()))) {
                cluster.createOrAdopt(dependent);
            }
        } catch (QuotaExceededException e) {
            state.unsure = false;
            waiting(List.of(new WaitingReason("quota", e.getMessage(), false)), listener);
            clearTrouble(listener);
            return createLater();
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.UNREACHABLE || e.kind() == MlopsException.Kind.INTERRUPTED) {
                trouble(e.getMessage(), listener);
                if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                    throw e;
                }
                return createLater();
            }
            return decide(new End(End.Cause.REFUSED, e.getMessage(), null, null, null, null), listener);
        }
        clearTrouble(listener);
        enter(Phase.ACTIVE);
        listener.note("Created " + title() + " in namespace " + state.namespace + " of cluster " + state.cluster);
        return Next.after(SOON);
    }

    /** The main object as the dependents refer to it: of the uid that the cluster gave. */
    private HasMetadata reference(HasMetadata main) {
        main.getMetadata().setUid(state.uid);
        return main;
    }

    private void keepObjects(Manifests.Objects objects) throws IOException {
        Path file = objects(directory, state.attempt);
        if (!Files.exists(file)) {
            Documents.writeAtomically(file, EffectiveObjects.yaml(objects));
        }
    }

    /** From here on the object may be there, whatever becomes of this process. */
    private void mayBeThere() throws IOException {
        if (!state.unsure) {
            state.unsure = true;
            dirty = true;
            save();
        }
    }

    private void is(HasMetadata main, Instant now) {
        state.uid = main.getMetadata().getUid();
        state.created = now;
        state.unsure = false;
        dirty = true;
    }

    private Next createLater() {
        createAgain = now().plus(createWait);
        Next next = Next.after(createWait);
        createWait = longer(createWait);
        return next;
    }

    // ACTIVE

    private Next watch(ExecutionListener listener) throws IOException {
        Observation seen = observe();
        Instant now = now();
        reachable(seen, listener);
        track(seen, now);
        Optional<String> stop = stopRequest.read();
        if (stop.isPresent()) {
            return decide(stopped(stop.get()), listener);
        }
        logs.read(seen, state.attempt, now);
        logs.tell(listener);
        if (seen.at() == null) {
            return Next.after(LOOK_AGAIN);
        }
        Optional<End> end = context.judgement
                .end(state.workload, seen, later(opened, state.created), now)
                .or(() -> vanished(seen, now));
        if (end.isPresent()) {
            return decide(end.get(), listener);
        }
        if (state.running == null) {
            runs(seen, listener);
        }
        boolean current = seen.trouble() == null && seen.at().isAfter(opened);
        Optional<End> late = current ? late(seen, now) : Optional.empty();
        if (late.isPresent()) {
            return decide(late.get(), listener);
        }
        Duration next = logs.due(seen, now);
        return Next.after(next.compareTo(timing.idle()) > 0 ? timing.idle() : max(next, SOON));
    }

    /** The main object was there, and is not any more, and the watch never saw it. */
    private Optional<End> vanished(Observation seen, Instant now) {
        boolean unseen = seen.owner(state.uid).isEmpty() && !seen.isGone(state.uid);
        boolean patient = Duration.between(later(opened, state.created), now).compareTo(timing.unseen()) < 0;
        if (!unseen || patient || seen.trouble() != null || now.isBefore(looked.plus(timing.unseen()))) {
            return Optional.empty();
        }
        looked = now;
        Optional<HasMetadata> there = cluster.find(mainLike());
        if (there.isPresent() && there.get().getMetadata().getUid().equals(state.uid)) {
            return Optional.empty();
        }
        return Optional.of(new End(
                End.Cause.DELETED,
                title() + " is not in namespace " + state.namespace + " of cluster " + state.cluster
                        + " any more: somebody removed it",
                null,
                null,
                null,
                null));
    }

    private void runs(Observation seen, ExecutionListener listener) {
        List<Pod> pods = seen.pods().stream()
                .filter(pod -> !seen.isGone(PodReading.uid(pod)))
                .collect(Collectors.toList());
        List<Instant> started =
                pods.stream().map(PodReading::started).filter(Objects::nonNull).collect(Collectors.toList());
        if (started.size() < state.workload.nodes()) {
            waiting(context.judgement.waiting(state.workload, seen), listener);
            return;
        }
        state.running = started.stream().max(Instant::compareTo).orElseThrow();
        waiting(List.of(), listener);
        dirty = true;
        listener.note(title() + " runs" + places(pods) + ", after "
                + Durations.text(Duration.between(state.begun, later(state.begun, state.running))));
    }

    private static String places(List<Pod> pods) {
        List<String> nodes = pods.stream()
                .map(pod -> pod.getSpec().getNodeName())
                .filter(Objects::nonNull)
                .distinct()
                .sorted()
                .collect(Collectors.toList());
        return nodes.isEmpty()
                ? ""
                : " on " + (nodes.size() == 1 ? "node " : "nodes ")
                        + String.join(", ", nodes.subList(0, Math.min(8, nodes.size())))
                        + (nodes.size() > 8 ? " and " + (nodes.size() - 8) + " more" : "");
    }

    private Optional<End> late(Observation seen, Instant now) throws IOException {
        Instant queue = state.queueDeadline();
        if (queue != null && now.isAfter(queue)) {
            return Optional.of(queueDeadline());
        }
        Instant run = state.runDeadline();
        if (run != null && now.isAfter(run)) {
            return Optional.of(new End(
                    End.Cause.RUN_DEADLINE,
                    title() + " was still running at its deadline of "
                            + Durations.text(state.limits().run())
                            + (state.attempt > 1 ? ", all attempts together" : "")
                            + ": allow more time, or see what was slow",
                    null,
                    null,
                    null,
                    null));
        }
        return state.running == null
                ? Optional.empty()
                : HangRule.check(state.limits().silence(), seen, logs, now);
    }

    private End queueDeadline() {
        String why = !state.waiting.isEmpty()
                ? ": " + String.join("; ", state.waiting)
                : state.trouble != null ? ": " + state.trouble : "";
        return new End(
                End.Cause.QUEUE_DEADLINE,
                "Not all pods of " + title() + " ran within "
                        + Durations.text(state.limits().queue()) + ", its longest wait" + why,
                null,
                null,
                null,
                null);
    }

    private End stopped(String reason) {
        String what = state.workload.identity().role() == Workload.Role.EVALUATION ? "The evaluation" : "The training";
        return new End(End.Cause.STOPPED, what + " was stopped: " + reason, null, null, null, null);
    }

    // ENDING

    private Next decide(End end, ExecutionListener listener) throws IOException {
        state.ending = end;
        state.cut = switch (end.cause()) {
            case QUEUE_DEADLINE, RUN_DEADLINE, HUNG, STOPPED, REFUSED -> true;
            default -> false;
        };
        waiting(List.of(), listener);
        enter(Phase.ENDING);
        logs.hurry(now());
        save();
        return Next.after(Duration.ZERO);
    }

    private Next end(ExecutionListener listener) throws IOException {
        Observation seen = observe();
        Instant now = now();
        if (seen.at() == null && seen.trouble() == null) {
            // Opened anew: what the cluster has of it is not known yet.
            return Next.after(LOOK_AGAIN);
        }
        track(seen, now);
        logs.read(seen, state.attempt, now);
        logs.tell(listener);
        boolean drained = logs.drained(seen);
        if (!drained && !state.cut && now.isBefore(state.since.plus(timing.drain()))) {
            return Next.after(max(logs.due(seen, now), SOON));
        }
        if (!state.ending.succeeded()) {
            Path bundle = failure(directory, state.attempt);
            FailureBundle.write(bundle, state, seen, directory);
            FailureBundle.writeNodes(bundle, state, context.facts);
            Map<String, List<String>> tools = logs.failedTools(seen);
            FailureBundle.writeTools(bundle, tools);
            tools.forEach((tool, lines) -> {
                List<String> last = lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
                if (!last.isEmpty()) {
                    listener.note("The last lines of " + tool + ":\n  | " + String.join("\n  | ", last));
                }
            });
        }
        logs.follow(seen);
        enter(Phase.REMOVING);
        save();
        return Next.after(Duration.ZERO);
    }

    // REMOVING

    private Next remove(ExecutionListener listener) throws IOException {
        Observation seen = observe();
        Instant now = now();
        boolean abandoned = now.isAfter(state.since.plus(timing.abandon()).plus(grace()));
        if (seen.at() == null && !abandoned) {
            reachable(seen, listener);
            return Next.after(LOOK_AGAIN);
        }
        track(seen, now);
        logs.read(seen, state.attempt, now);
        logs.tell(listener);
        boolean gone;
        try {
            gone = isGone(seen, now);
            clearTrouble(listener);
            if (!gone && !abandoned) {
                force(seen, now, listener);
            }
        } catch (MlopsException e) {
            boolean refused = e.kind() == MlopsException.Kind.REFUSED;
            if (e.kind() != MlopsException.Kind.UNREACHABLE && !refused) {
                throw e;
            }
            trouble(e.getMessage(), listener);
            if (!abandoned) {
                return Next.after(max(backOff(), refused ? timing.unreachableMax() : SOON));
            }
            gone = false;
        }
        if (!gone && !abandoned) {
            return Next.after(min(max(logs.due(seen, now), SOON), timing.logMin()));
        }
        if (!gone) {
            listener.note(title() + " could not be removed from cluster " + state.cluster + " for "
                    + Durations.text(Duration.between(state.since, now))
                    + ": it is left to be swept" + (state.trouble == null ? "" : " (" + state.trouble + ")"));
        }
        return removed(seen, now, listener);
    }

    /** Asks for removal as often as needed, and says whether nothing is left. */
    private boolean isGone(Observation seen, Instant now) throws IOException {
        HasMetadata like = mainLike();
        if (state.uid == null) {
            Optional<HasMetadata> there = cluster.find(like).filter(this::isOurs);
            if (there.isEmpty()) {
                return !state.unsure || now.isAfter(state.since.plus(timing.unsure()));
            }
            is(there.get(), now);
            save();
        }
        like.getMetadata().setUid(state.uid);
        if (state.removal == null) {
            endPods(seen);
            cluster.delete(like, null);
            state.removal = now;
            looked = now;
            dirty = true;
            save();
        }
        boolean said = seen.isGone(state.uid);
        if (!said && now.isBefore(looked.plus(timing.idle()))) {
            return false;
        }
        looked = now;
        if (said && podsAreGone(seen)) {
            return true;
        }
        Optional<HasMetadata> there =
                cluster.find(like).filter(found -> found.getMetadata().getUid().equals(state.uid));
        if (there.isPresent() && there.get().getMetadata().getDeletionTimestamp() == null) {
            cluster.delete(like, null);
        }
        return there.isEmpty() && podsAreGone(seen);
    }

    /**
     * Asks the pods that still run to end within the command's own grace. A pod's is longer, for outputs that nobody wants of an
     * attempt that is removed, and a command that does not hear SIGTERM would hold its GPUs for all of it, also when nobody watches.
     */
    private void endPods(Observation seen) {
        for (Pod pod : seen.pods()) {
            String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
            if (!seen.isGone(PodReading.uid(pod)) && !"Succeeded".equals(phase) && !"Failed".equals(phase)) {
                cluster.delete(pod, grace());
            }
        }
    }

    private static boolean podsAreGone(Observation seen) {
        return seen.pods().stream().allMatch(pod -> seen.isGone(PodReading.uid(pod)));
    }

    private boolean isOurs(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels != null
                && labels.entrySet()
                        .containsAll(Labels.of(state.workload.identity(), state.attempt)
                                .entrySet());
    }

    /** Removes pods that did not end in time: on a node that is lost nobody else would. */
    private void force(Observation seen, Instant now, ExecutionListener listener) {
        if (state.removal == null || now.isBefore(state.removal.plus(grace()).plus(timing.force()))) {
            return;
        }
        for (Pod pod : seen.pods()) {
            String uid = PodReading.uid(pod);
            if (!seen.isGone(uid) && !state.forced.contains(uid)) {
                cluster.delete(pod, Duration.ZERO);
                state.forced.add(uid);
                dirty = true;
                listener.note("Pod " + pod.getMetadata().getName() + " on node "
                        + (pod.getSpec() == null ? null : pod.getSpec().getNodeName()) + " did not end within "
                        + Durations.text(Duration.between(state.removal, now))
                        + " and is removed by force: what it runs may go on until the node answers");
            }
        }
    }

    private Next removed(Observation seen, Instant now, ExecutionListener listener) throws IOException {
        logs.giveUp().forEach(listener::note);
        logs.tell(listener);
        End end = state.ending;
        Map<String, PodFacts> closed = new HashMap<>();
        state.pods.forEach((uid, pod) -> closed.put(
                uid,
                new PodFacts(
                        pod.rank(),
                        pod.name(),
                        pod.uid(),
                        pod.node(),
                        pod.image(),
                        pod.placed(),
                        pod.started(),
                        pod.ended() == null ? now : pod.ended())));
        state.pods.putAll(closed);
        AttemptFacts present = state.present(now);
        Instant ended = state.pods.values().stream()
                .map(PodFacts::ended)
                .max(Instant::compareTo)
                .orElse(now);
        AttemptFacts facts = new AttemptFacts(
                present.number(), present.begun(), present.running(), ended, end, present.gpuSeconds(), present.pods());
        if (!end.succeeded()) {
            FailureBundle.write(failure(directory, state.attempt), state, seen, directory);
            tellFailure(end, listener);
        }
        state.attempts.add(facts);
        if (state.running != null) {
            Duration ran = Duration.between(state.running, ended);
            state.used = state.used.plus(ran.isNegative() ? Duration.ZERO : ran);
        }
        String retry = retry(end);
        if (retry == null) {
            state.end = end;
            enter(Phase.DONE);
            save();
            cluster.forget(run());
            return Next.done(end);
        }
        Duration pause = pauseBeforeRetry();
        state.retryAt = now.plus(pause);
        enter(Phase.PAUSING);
        save();
        listener.note(retry + ", in " + Durations.text(pause));
        return Next.after(pause);
    }

    private void tellFailure(End end, ExecutionListener listener) throws IOException {
        listener.note(end.sentence());
        int rank = end.rank() == null ? 0 : end.rank();
        boolean seenAlready = rank == 0;
        if (!seenAlready && end.cause() != End.Cause.STOPPED) {
            List<String> last = RankLog.tail(log(directory, rank), LAST_LINES, LAST_LINE_LENGTH);
            if (!last.isEmpty()) {
                listener.note("The last lines of rank " + rank + ":\n  | " + String.join("\n  | ", last));
            }
        }
        if (end.cause() != End.Cause.STOPPED) {
            listener.note("What is known of the failure is in " + failure(directory, state.attempt));
        }
    }

    /** Why there is another attempt; null when there is none. */
    private String retry(End end) throws IOException {
        if (stopRequest.read().isPresent()) {
            return null;
        }
        Duration run = state.limits().run();
        if (run != null && state.used.compareTo(run) >= 0) {
            return null;
        }
        switch (end.cause().budget()) {
            case INFRASTRUCTURE -> {
                int budget = state.limits().infrastructureRetries();
                if (state.infrastructureRetries < budget) {
                    state.infrastructureRetries++;
                    return "Trying again, as the cluster ended it: " + state.infrastructureRetries + " of " + budget
                            + " such retries";
                }
            }
            case FAILURE -> {
                int budget = state.limits().failureRetries();
                if (state.failureRetries < budget) {
                    state.failureRetries++;
                    return "Trying again, as the code ended it: " + state.failureRetries + " of " + budget
                            + " such retries";
                }
            }
            default -> {
                // It succeeded, or would only end so again.
            }
        }
        return null;
    }

    private Duration pauseBeforeRetry() {
        int before = state.infrastructureRetries + state.failureRetries - 1;
        Duration pause = timing.retry().multipliedBy(1L << Math.min(before, 10));
        return min(pause, timing.retryMax());
    }

    // PAUSING

    private Next pause(ExecutionListener listener) throws IOException {
        Optional<String> stop = stopRequest.read();
        Instant now = now();
        if (stop.isPresent()) {
            state.end = stopped(stop.get());
            enter(Phase.DONE);
            save();
            listener.note(state.end.sentence());
            cluster.forget(run());
            return Next.done(state.end);
        }
        if (now.isBefore(state.retryAt)) {
            return Next.after(min(Duration.between(now, state.retryAt), timing.idle()));
        }
        begin(state, state.attempt + 1, context, now);
        dirty = true;
        save();
        createWait = timing.unreachable();
        createAgain = Instant.EPOCH;
        listener.note("Attempt " + state.attempt);
        return Next.after(Duration.ZERO);
    }

    private static void begin(ExecutionState state, int attempt, ExecutionContext context, Instant now) {
        HasMetadata main = context.recipe.make(state.workload, attempt).main();
        state.attempt = attempt;
        state.apiVersion = main.getApiVersion();
        state.kind = main.getKind();
        state.name = main.getMetadata().getName();
        state.uid = null;
        state.unsure = false;
        state.begun = now;
        state.created = null;
        state.running = null;
        state.told.clear();
        state.waiting.clear();
        state.pods.clear();
        state.ending = null;
        state.cut = false;
        state.removal = null;
        state.forced.clear();
        state.retryAt = null;
        state.enter(Phase.CREATING, now);
    }

    // What several phases need

    /** The main object, as much of it as it takes to find it. */
    private HasMetadata mainLike() {
        ObjectMeta meta =
                new ObjectMetaBuilder().withName(state.name).withUid(state.uid).build();
        if (state.workload.kind() == Workload.Kind.JOB) {
            return new JobBuilder().withMetadata(meta).build();
        }
        GenericKubernetesResource custom = new GenericKubernetesResource();
        custom.setApiVersion(state.apiVersion);
        custom.setKind(state.kind);
        custom.setMetadata(meta);
        return custom;
    }

    private Observation observe() {
        cluster.watch(state.workload.kind());
        return cluster.observe(state.workload.identity(), state.attempt);
    }

    private void track(Observation seen, Instant now) {
        for (Pod pod : seen.pods()) {
            String uid = PodReading.uid(pod);
            PodFacts before = state.pods.get(uid);
            PodFacts facts = PodReading.facts(pod, state.workload.container(), before, seen.isGone(uid), now);
            if (!facts.equals(before)) {
                state.pods.put(uid, facts);
                dirty = true;
            }
        }
    }

    private void waiting(List<WaitingReason> reasons, ExecutionListener listener) {
        List<String> sentences =
                reasons.stream().map(WaitingReason::sentence).distinct().collect(Collectors.toList());
        for (WaitingReason reason : reasons) {
            if (!state.told.contains(reason.key())) {
                state.told.add(reason.key());
                dirty = true;
                listener.note("Waiting: " + reason.sentence());
            }
        }
        if (!sentences.equals(state.waiting)) {
            state.waiting = new ArrayList<>(sentences);
            dirty = true;
        }
        String first = sentences.isEmpty() ? null : sentences.get(0);
        if (!Objects.equals(first, lastReason)) {
            lastReason = first;
            listener.waiting(first);
        }
    }

    private void reachable(Observation seen, ExecutionListener listener) {
        if (seen.trouble() != null) {
            trouble(seen.trouble(), listener);
        } else if (seen.at() != null) {
            clearTrouble(listener);
        }
    }

    private void trouble(String why, ExecutionListener listener) {
        if (state.trouble == null) {
            listener.note(why + "; trying again until it answers");
        }
        if (!why.equals(state.trouble)) {
            state.trouble = why;
            dirty = true;
        }
    }

    private void clearTrouble(ExecutionListener listener) {
        unreachableWait = timing.unreachable();
        if (state.trouble != null) {
            state.trouble = null;
            dirty = true;
            listener.note("Cluster " + state.cluster + " answers again");
        }
    }

    private Duration backOff() {
        Duration wait = unreachableWait;
        unreachableWait = longer(wait);
        return wait;
    }

    private Duration longer(Duration wait) {
        return min(wait.multipliedBy(2), timing.unreachableMax());
    }

    private Duration grace() {
        return state.limits().grace() == null ? Duration.ZERO : state.limits().grace();
    }

    private String title() {
        return state.kind + " " + state.name;
    }

    private void enter(Phase phase) {
        state.enter(phase, now());
        dirty = true;
    }

    private void save() throws IOException {
        if (dirty) {
            state.save(directory);
            dirty = false;
        }
        status = state.status(stopRequest.reason(), now());
    }

    private Instant now() {
        return context.clock.instant();
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** Lets go of the directory; what runs in the cluster goes on. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            logs.close();
            lock.close();
        }
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    private static <T> T use(Path directory, Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw MlopsException.failed("The directory " + directory + " cannot be used: " + e.getMessage(), e);
        }
    }
}
