package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.init.Terminator;
import hudson.model.Item;
import hudson.model.Queue;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.ItemListener;
import hudson.model.listeners.RunListener;
import hudson.model.queue.QueueListener;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * From a merge to the builds of it, exactly one for each job that wants it, whatever ends in between. A merge goes through this:
 *
 * <ol>
 *   <li><b>taken</b>: it is on the disk before the server is told so. One that is known already ends here;
 *   <li><b>commit</b>: where a job wants it and its commit is not known in full, Bitbucket is asked, again and again for about ten
 *       minutes; then it ends with the reason. When the full commit shows that the merge is known, it ends;
 *   <li>for each job that wants it ({@link MergeSettlement}): <b>waiting</b> while a build that the branch source started may be of the
 *       same commit; <b>built</b> by such a build when it is; else <b>queued</b>, and <b>built</b> once Jenkins has started the build
 *       and it is on the disk with its {@link MergeAction}; or <b>not wanted</b> or <b>refused</b>, with the reason;
 *   <li><b>ended</b> when that is so for all of them, and remembered.
 * </ol>
 *
 * <p>Jenkins writes its queue only now and then, so a controller that is killed may forget an item. After a start, a merge that is
 * queued by what is on the disk, but neither in the queue nor among the builds, is queued again. All of this happens on one thread.
 */
@Extension
public final class MergeInbox extends ItemListener {

    private static final Logger LOGGER = Logger.getLogger(MergeInbox.class.getName());

    /** How often Bitbucket is asked about a commit; with {@link #delay} about ten minutes. */
    static final int MOST_TRIES = 14;

    /** After a start, items of the queue may just be becoming builds, and are then in neither. */
    private static final Duration SETTLING = Duration.ofSeconds(5);

    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    private final KeptMerges merges = new KeptMerges();
    private final Map<String, Integer> tries = new ConcurrentHashMap<>();

    /** What this process has in Jenkins' queue or has seen there: it is not queued again, and says itself when it starts. */
    private final Set<String> queuedHere = ConcurrentHashMap.newKeySet();

    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            new NamingThreadFactory(new DaemonThreadFactory(), MergeInbox.class.getName()));

    @NonNull
    static MergeInbox get() {
        return ExtensionList.lookupSingleton(MergeInbox.class);
    }

    /**
     * Keeps a merge and sees to its builds.
     *
     * @return false for one that is known
     * @throws UncheckedIOException when it cannot be kept; then nothing is done
     */
    boolean take(String server, MergeEvent event, String delivery) {
        KeptMerge merge = new KeptMerge(
                event.identity(server), server, event, delivery, Instant.now().toString(), "", List.of());
        boolean fresh = merges.add(merge);
        if (fresh) {
            settleIn(merge.id(), Duration.ZERO);
        }
        return fresh;
    }

    /** In the order in which they came. */
    @NonNull
    List<KeptMerge> kept() {
        return merges.all();
    }

    @Override
    public void onLoaded() {
        merges.load();
        merges.all().stream().filter(merge -> !merge.isEnded()).forEach(merge -> settleIn(merge.id(), SETTLING));
    }

    @Terminator
    public static void stop() {
        get().worker.shutdownNow();
    }

    private void settleIn(String id, Duration delay) {
        if (!worker.isShutdown()) {
            worker.schedule(() -> settle(id), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Duration delay(String id) {
        int tried = tries.merge(id, 1, Integer::sum);
        Duration delay = Duration.ofSeconds(1L << Math.min(tried - 1, 6));
        return delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
    }

    private void settle(String id) {
        KeptMerge merge = merges.get(id).filter(kept -> !kept.isEnded()).orElse(null);
        if (merge == null) {
            return;
        }
        try (ACLContext as = ACL.as2(ACL.SYSTEM2)) {
            List<BitbucketMergeTrigger.Wanting> wanting = BitbucketMergeTrigger.wanting(merge);
            if (!wanting.isEmpty() && !merge.event().isExact()) {
                merge = exact(merge);
            }
            if (merge.isEnded()) {
                tries.remove(id);
                return;
            }
            settle(merge, wanting);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (MlopsException e) {
            again(id, e);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "The merge of " + label(id) + " is tried again");
            settleIn(id, delay(id));
        }
    }

    private void settle(KeptMerge merge, List<BitbucketMergeTrigger.Wanting> wanting)
            throws IOException, InterruptedException {
        boolean waiting = false;
        if (!wanting.isEmpty()) {
            MergeSettlement settlement = new MergeSettlement(merge);
            for (BitbucketMergeTrigger.Wanting one : wanting) {
                String item = merge.id() + " " + one.job().getFullName();
                if (queuedHere.contains(item)) {
                    continue;
                }
                JobOutcome outcome = settlement.settle(one);
                waiting |= outcome.state() == JobOutcome.State.WAITING;
                if (outcome.state() == JobOutcome.State.QUEUED) {
                    queuedHere.add(item);
                }
                // A build may have started meanwhile, and has said so itself.
                merges.change(
                        merge.id(),
                        kept -> kept.outcome(outcome.job())
                                        .filter(JobOutcome::isFinal)
                                        .isPresent()
                                ? kept
                                : kept.with(outcome));
            }
        }
        endIfSettled(merge.id(), wanting.isEmpty() ? "no job wants it" : "settled");
        if (waiting) {
            settleIn(merge.id(), delay(merge.id()));
        }
    }

    private void endIfSettled(String id, String why) {
        merges.change(id, kept -> kept.outcomes().stream().allMatch(JobOutcome::isFinal) ? kept.ended(why) : kept);
        if (merges.get(id).filter(KeptMerge::isEnded).isPresent()) {
            tries.remove(id);
            queuedHere.removeIf(item -> item.startsWith(id));
        }
    }

    private KeptMerge exact(KeptMerge merge) {
        MergeEvent known = MergeLookup.of(merge.server()).exact(merge.event());
        if (merges.isKnown(merge, known)) {
            merges.change(merge.id(), kept -> kept.ended("known already, when its commit was known"));
        } else {
            merges.change(merge.id(), kept -> kept.with(known));
        }
        return merges.get(merge.id()).orElse(merge);
    }

    /** What Bitbucket does not say now, it may say later; what it refuses stays refused. */
    private void again(String id, MlopsException reason) {
        Duration delay = delay(id);
        boolean last = reason.kind() == MlopsException.Kind.REFUSED
                || reason.kind() == MlopsException.Kind.USAGE
                || tries.getOrDefault(id, 0) > MOST_TRIES;
        if (last) {
            LOGGER.log(Level.WARNING, () -> "The merge of " + label(id) + " is not built: " + reason.getMessage());
            merges.change(id, kept -> kept.ended("not built: " + reason.getMessage()));
            tries.remove(id);
        } else {
            LOGGER.log(Level.FINE, reason, () -> "The merge of " + label(id) + " is tried again");
            settleIn(id, delay);
        }
    }

    private String label(String id) {
        return merges.get(id).map(merge -> merge.event().label()).orElse(id);
    }

    private void outcome(MergeAction merge, String job, UnaryOperator<JobOutcome> change) {
        merges.change(
                merge.getEvent(),
                kept -> kept.with(
                        change.apply(kept.outcome(job).orElse(new JobOutcome(job, JobOutcome.State.QUEUED, "", 0)))));
        endIfSettled(merge.getEvent(), "settled");
    }

    /** A build is on the disk before its merge is done with. */
    @Extension
    public static final class Started extends RunListener<Run<?, ?>> {
        @Override
        public void onStarted(Run<?, ?> build, TaskListener listener) {
            MergeAction merge = build.getAction(MergeAction.class);
            if (merge == null) {
                return;
            }
            try {
                build.save();
                get().outcome(merge, build.getParent().getFullName(), outcome -> outcome.startedAs(build.getNumber()));
            } catch (IOException | RuntimeException e) {
                LOGGER.log(Level.WARNING, e, () -> "That " + build + " is the build of a merge cannot be kept");
            }
        }
    }

    /** Whoever takes an item out of the queue does not want it back. */
    @Extension
    public static final class Cancelled extends QueueListener {
        @Override
        public void onLeft(Queue.LeftItem item) {
            MergeAction merge = item.getAction(MergeAction.class);
            if (merge == null || !item.isCancelled() || Jenkins.get().isTerminating()) {
                return;
            }
            String job = ((Item) item.task).getFullName();
            get().worker
                    .execute(() -> get().outcome(
                                    merge,
                                    job,
                                    outcome -> new JobOutcome(
                                            job,
                                            JobOutcome.State.REFUSED,
                                            "taken out of the queue before it started",
                                            0)));
        }
    }
}
