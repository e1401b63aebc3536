package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.ExtensionList;
import hudson.Util;
import hudson.init.Terminator;
import hudson.model.listeners.ItemListener;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.triggers.Trigger;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/**
 * From an event to the builds of it, exactly one for each job that wants it, whatever ends in between. An event goes through this:
 *
 * <ol>
 *   <li><b>taken</b>: it is on the disk before its sender is told so. One that is known already, or happened before what is remembered,
 *       ends here ({@link KeptEvents});
 *   <li><b>known</b>: where a job wants it and not all is known of it yet, servers are asked, again and again for about ten minutes; then it
 *       ends with the reason;
 *   <li>for each job that wants it: <b>waiting</b> while something has to be known first; <b>queued</b>, and <b>built</b> once the
 *       build's Pipeline runs and it is on the disk with its {@link EventAction}; or <b>not wanted</b> or <b>refused</b>, with the reason;
 *   <li><b>ended</b> when that is so for all of them, and remembered. Jobs are looked through twice before that: a build that sets the
 *       properties of its job takes its triggers away for a moment.
 * </ol>
 *
 * <p>Jenkins writes its queue only now and then, so a controller that is killed may forget an item. After a start, an event that is
 * queued by what is on the disk, but neither in the queue nor among the builds, is queued again. A build that had begun, but whose Pipeline
 * did not run yet, is none: Jenkins never runs it. All of this happens on one thread.
 *
 * @param <K> how the events are kept
 * @param <T> of which jobs want them
 */
public abstract class EventInbox<K extends KeptEvent<K>, T extends Trigger<?>> extends ItemListener {

    private static final Logger LOGGER = Logger.getLogger(EventInbox.class.getName());

    /** How often servers are asked; with {@link #delay} about ten minutes. */
    static final int MOST_TRIES = 14;

    /** After a start, items of the queue may just be becoming builds, and are then in neither. */
    private static final Duration SETTLING = Duration.ofSeconds(5);

    /** More than the moment in which a job has no triggers. */
    private static final Duration SECOND_LOOK = Duration.ofSeconds(5);

    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    private final Class<T> trigger;
    private final KeptEvents<K> events;
    private final Map<String, Integer> tries = new ConcurrentHashMap<>();

    /** Events that jobs will be looked through for once more. */
    private final Set<String> lookedOnce = ConcurrentHashMap.newKeySet();

    /** Events that will be settled after a while. */
    private final Set<String> awaited = ConcurrentHashMap.newKeySet();

    /** What this process has in Jenkins' queue or has seen there: it is not queued again, and says itself when it starts. */
    private final Set<String> queuedHere = ConcurrentHashMap.newKeySet();

    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            new NamingThreadFactory(new DaemonThreadFactory(), getClass().getName()));

    /** @param notes in which the events are kept */
    EventInbox(Class<T> trigger, Notes<K> notes) {
        this.trigger = trigger;
        this.events = new KeptEvents<>(notes);
    }

    /** A job and the trigger of it that wants an event. */
    record Wanting<T>(WorkflowJob job, T trigger) {}

    /** Decides for one job after the other what becomes of an event of which all is known. */
    @FunctionalInterface
    interface Settlement<T> {
        @NonNull
        JobOutcome settle(Wanting<T> wanting) throws IOException, InterruptedException;
    }

    /** Why an event is not for this job, as far as the event itself tells; empty when it is. */
    @NonNull
    abstract Optional<String> mismatch(WorkflowJob job, T trigger, K event);

    /**
     * The event with all that has to be known of it before it is built, or ended.
     *
     * @throws MlopsException when that is not known yet; of kind REFUSED or USAGE when it never will be
     */
    @NonNull
    abstract K known(K event);

    @NonNull
    abstract Settlement<T> settlement(K event);

    /** What is said of a build of an event. */
    @NonNull
    abstract String exactly();

    /**
     * Keeps an event and sees to its builds.
     *
     * @throws UncheckedIOException when it cannot be kept; then nothing is done
     */
    @NonNull
    final EventAnswer take(K event) {
        return switch (events.add(event)) {
            case NEW -> {
                look(event.id(), Duration.ZERO);
                yield EventAnswer.TAKEN;
            }
            case KNOWN -> EventAnswer.TAKEN;
            case TOO_OLD -> {
                LOGGER.log(
                        Level.WARNING,
                        () -> event.label() + " is not built: it happened at " + event.time()
                                + ", and whether it was built already is not known any more");
                yield EventAnswer.TOO_OLD;
            }
        };
    }

    /** In the order in which they came. */
    @NonNull
    final List<K> kept() {
        return events.all();
    }

    final boolean isKnown(K event) {
        return events.isKnown(event);
    }

    @NonNull
    final List<T> triggers(WorkflowJob job) {
        return job.getTriggersJobProperty() == null
                ? List.of()
                : Util.filter(job.getTriggersJobProperty().getTriggers(), trigger);
    }

    @Override
    public final void onLoaded() {
        events.load();
        events.all().stream().filter(event -> !event.isEnded()).forEach(event -> look(event.id(), SETTLING));
    }

    @Terminator
    public static void stop() {
        ExtensionList.lookup(EventInbox.class).forEach(inbox -> inbox.worker.shutdownNow());
    }

    private void look(String id, Duration delay) {
        lookedOnce.add(id);
        settleIn(id, delay);
        in(delay.plus(SECOND_LOOK), () -> {
            lookedOnce.remove(id);
            settleIn(id, Duration.ZERO);
        });
    }

    /** Unless that is to happen anyhow. */
    private void settleIn(String id, Duration delay) {
        if (awaited.add(id)) {
            in(delay, () -> {
                awaited.remove(id);
                settle(id);
            });
        }
    }

    private void in(Duration delay, Runnable what) {
        if (!worker.isShutdown()) {
            worker.schedule(what, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Duration delay(String id) {
        int tried = tries.merge(id, 1, Integer::sum);
        Duration delay = Duration.ofSeconds(1L << Math.min(tried, 6));
        return delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
    }

    /** Without the jobs of which it is known what became of it. */
    private List<Wanting<T>> wanting(K event) {
        List<Wanting<T>> wanting = new ArrayList<>();
        for (WorkflowJob job : Jenkins.get().allItems(WorkflowJob.class)) {
            String name = job.getFullName();
            if (queuedHere.contains(item(event.id(), name))
                    || event.outcome(name).filter(JobOutcome::isFinal).isPresent()) {
                continue;
            }
            triggers(job).stream()
                    .filter(one -> mismatch(job, one, event).isEmpty())
                    .findFirst()
                    .ifPresent(one -> wanting.add(new Wanting<>(job, one)));
        }
        return wanting;
    }

    private void settle(String id) {
        K event = events.get(id).filter(kept -> !kept.isEnded()).orElse(null);
        if (event == null) {
            return;
        }
        try (ACLContext as = ACL.as2(ACL.SYSTEM2)) {
            List<Wanting<T>> wanting = wanting(event);
            if (!wanting.isEmpty()) {
                K known = known(event);
                if (!known.equals(event)) {
                    events.change(id, kept -> known);
                }
                event = known;
            }
            if (event.isEnded()) {
                tries.remove(id);
                return;
            }
            settle(event, wanting);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (MlopsException e) {
            again(id, e);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> label(id) + " is tried again");
            settleIn(id, delay(id));
        }
    }

    private void settle(K event, List<Wanting<T>> wanting) throws IOException, InterruptedException {
        String id = event.id();
        if (!wanting.isEmpty()) {
            Settlement<T> settlement = settlement(event);
            for (Wanting<T> one : wanting) {
                JobOutcome outcome = settlement.settle(one);
                if (outcome.state() == JobOutcome.State.QUEUED) {
                    queuedHere.add(item(id, outcome.job()));
                }
                // A build may have started meanwhile, and has said so itself.
                events.change(
                        id,
                        kept -> kept.outcome(outcome.job())
                                        .filter(JobOutcome::isFinal)
                                        .isPresent()
                                ? kept
                                : kept.with(outcome));
            }
        }
        if (tries.getOrDefault(id, 0) > MOST_TRIES) {
            events.change(id, kept -> withoutWaiting(kept, wanting));
        }
        endIfSettled(id);
        if (events.get(id).stream().flatMap(this::waiting).findAny().isPresent()) {
            settleIn(id, delay(id));
        }
    }

    private Stream<JobOutcome> waiting(K event) {
        return event.outcomes().stream().filter(outcome -> outcome.state() == JobOutcome.State.WAITING);
    }

    /** The event without what waits in jobs that have not wanted it for long. */
    private K withoutWaiting(K event, List<Wanting<T>> wanting) {
        Set<String> jobs = wanting.stream().map(one -> one.job().getFullName()).collect(Collectors.toSet());
        K changed = event;
        for (JobOutcome outcome :
                waiting(event).filter(one -> !jobs.contains(one.job())).toList()) {
            changed = changed.with(
                    new JobOutcome(outcome.job(), JobOutcome.State.NOT_WANTED, "the job, or its trigger, is gone", 0));
        }
        return changed;
    }

    private static String item(String id, String job) {
        return id + " " + job;
    }

    private void endIfSettled(String id) {
        if (lookedOnce.contains(id)) {
            return;
        }
        events.change(
                id,
                kept -> kept.outcomes().stream().allMatch(JobOutcome::isFinal)
                        ? kept.ended(kept.outcomes().isEmpty() ? "no job wants it" : "settled")
                        : kept);
        if (events.get(id).filter(KeptEvent::isEnded).isPresent()) {
            tries.remove(id);
            queuedHere.removeIf(item -> item.startsWith(id));
        }
    }

    /** What a server does not say now, it may say later; what it refuses stays refused. */
    private void again(String id, MlopsException reason) {
        Duration delay = delay(id);
        boolean last = reason.kind() == MlopsException.Kind.REFUSED
                || reason.kind() == MlopsException.Kind.USAGE
                || tries.getOrDefault(id, 0) > MOST_TRIES;
        if (last) {
            LOGGER.log(Level.WARNING, () -> label(id) + " is not built: " + reason.getMessage());
            events.change(id, kept -> kept.ended("not built: " + reason.getMessage()));
            tries.remove(id);
        } else {
            LOGGER.log(Level.FINE, reason, () -> label(id) + " is tried again");
            settleIn(id, delay);
        }
    }

    private String label(String id) {
        return events.get(id).map(KeptEvent::label).orElse(id);
    }

    /** The Pipeline of an event's build runs, or has ended, and is on the disk. */
    final void begun(String id, String job, int build) {
        outcome(id, job, outcome -> outcome.startedAs(build));
    }

    /** Somebody has taken an event's build out of the queue. May be called under the queue's lock. */
    final void cancelled(String id, String job) {
        worker.execute(() -> outcome(
                id,
                job,
                outcome ->
                        new JobOutcome(job, JobOutcome.State.REFUSED, "taken out of the queue before it started", 0)));
    }

    private void outcome(String id, String job, UnaryOperator<JobOutcome> change) {
        events.change(id, kept -> kept.with(change.apply(JobOutcome.queued(kept.outcome(job), job, exactly()))));
        endIfSettled(id);
    }
}
