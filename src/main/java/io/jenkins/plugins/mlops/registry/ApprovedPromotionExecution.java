package io.jenkins.plugins.mlops.registry;

import com.google.common.util.concurrent.FutureCallback;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.console.HyperlinkNote;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.audit.AuditLog;
import io.jenkins.plugins.mlops.audit.AuditRecord;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.GateEvidence;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.step.StepWork;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.util.Timer;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.jenkinsci.plugins.workflow.support.actions.PauseAction;

/**
 * A promotion that somebody has to approve. While it waits, it holds no executor, no thread and no lock; what it waits for is persisted,
 * so that it goes on waiting after a restart.
 *
 * <pre>
 * PREPARING  the version is registered, its gate report is found, and the policy of the job is asked: what could not be
 *            promoted anyway fails now, and nobody is bothered
 * WAITING    for a decision on exactly this version, report and present version of the alias; a timer ends it when there
 *            is a timeout
 * APPROVED   persisted; the promotion is made as by {@link AliasChange}, which asks everything anew: gate, champion, policy
 * REJECTED   persisted; the step fails and says who said no
 * ENDED      promoted, refused, rejected, timed out or aborted
 * </pre>
 *
 * What follows a decision is done on a thread of its own, and done again after a restart. So a decision counts from when it is
 * persisted, the audit has it once, and one that was lost before is asked for again.
 */
class ApprovedPromotionExecution extends StepExecution {

    private static final long serialVersionUID = 1L;

    private static final Logger LOGGER = Logger.getLogger(ApprovedPromotionExecution.class.getName());

    private final Promotion wish;
    private final PromotionApproval approval;

    /** What is decided about; null while it is prepared. */
    private volatile PendingPromotion pending;

    /** The wish as it was approved; null before. */
    private volatile Promotion approved;

    /** Who said no; null unless somebody did. */
    private volatile Decision rejected;

    private volatile boolean ended;

    /** What goes on; null while nothing but people is waited for. */
    private transient StepWork<?> work;

    private transient ScheduledFuture<?> timer;

    ApprovedPromotionExecution(StepContext context, Promotion wish, PromotionApproval approval) throws AbortException {
        super(context);
        this.wish = wish;
        this.approval = approval;
        try {
            approval.patience();
        } catch (MlopsException e) {
            throw new AbortException("The timeout of promoteModel's approval: " + e.getMessage());
        }
    }

    @Override
    public synchronized boolean start() {
        prepare();
        return false;
    }

    @Override
    public synchronized void onResume() {
        if (ended) {
            return;
        }
        if (approved != null) {
            promote();
        } else if (rejected != null) {
            refuse();
        } else if (pending != null) {
            watchTheClock();
        } else {
            prepare();
        }
    }

    private void prepare() {
        work = StepWork.beginOnController(
                getContext(), wish.lane(), none -> find(), new FutureCallback<PendingPromotion>() {
                    @Override
                    public void onSuccess(PendingPromotion found) {
                        await(found);
                    }

                    @Override
                    public void onFailure(@NonNull Throwable failure) {
                        end();
                        getContext().onFailure(failure);
                    }
                });
    }

    private PendingPromotion find() throws IOException, InterruptedException {
        StepPlace place = StepPlace.of(getContext());
        Run<?, ?> build = run();
        RunFacts facts = BuildLineage.of(build).facts();
        JobPolicy policy = JobPolicy.of(place.item());
        PromotionRules rules = new PromotionRules(policy);
        rules.check(wish.name, wish.alias);
        MlflowProfile profile = policy.mlflowServer(facts.mlflowServer(wish.server));
        try (MlflowServer mlflow = profile.connect(build)) {
            ModelVersion candidate = wish.candidate(mlflow, facts, place);
            GateEvidence evidence = wish.evidence(candidate, facts);
            rules.check(candidate).forEach(place.log()::println);
            return new PendingPromotion(
                    wish.name,
                    wish.alias,
                    profile.getName(),
                    candidate.version(),
                    wish.from(mlflow, place),
                    evidence == null ? null : evidence.report().toString(),
                    place.by(),
                    Instant.now().toString());
        }
    }

    /** Says where to decide before that is persisted: after a kill in between it is said once more. */
    private void await(PendingPromotion found) {
        synchronized (this) {
            if (ended) {
                return;
            }
            pending = found;
            work = null;
        }
        try {
            AwaitedApproval.mark(run());
            FlowNode node = Objects.requireNonNull(getContext().get(FlowNode.class));
            if (PauseAction.getCurrentPause(node) == null) {
                node.addAction(new PauseAction("Approval of " + found));
            }
            TaskListener listener = Objects.requireNonNull(getContext().get(TaskListener.class));
            listener.getLogger()
                    .println("Waiting for somebody to approve that " + found + ": "
                            + HyperlinkNote.encodeTo("/" + page(), "look at it and decide"));
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "The build's log does not say that it waits: " + found);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        persist();
        synchronized (this) {
            watchTheClock();
        }
    }

    /** What cannot be persisted is asked for anew after a restart. */
    private void persist() {
        try {
            getContext().saveState().get();
        } catch (ExecutionException e) {
            LOGGER.log(Level.WARNING, e, () -> "It may be asked for once more after a restart that " + pending);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watchTheClock() {
        Duration patience = approval.patience();
        if (patience == null || pending() == null) {
            return;
        }
        long left = Duration.between(
                        Instant.now(), Instant.parse(pending.since()).plus(patience))
                .toMillis();
        timer = Timer.get().schedule(this::timeOut, Math.max(0, left), TimeUnit.MILLISECONDS);
    }

    private void timeOut() {
        synchronized (this) {
            if (pending() == null) {
                return;
            }
            ended = true;
        }
        endPause();
        getContext()
                .onFailure(new FlowInterruptedException(
                        Result.ABORTED, true, new RejectedPromotion(pending.toString(), null, null)));
    }

    /** What waits; null when nothing does. */
    @CheckForNull
    PendingPromotion pending() {
        return ended || approved != null || rejected != null ? null : pending;
    }

    PromotionApproval approval() {
        return approval;
    }

    String id() throws IOException, InterruptedException {
        return Objects.requireNonNull(getContext().get(FlowNode.class)).getId();
    }

    private String page() throws IOException, InterruptedException {
        return run().getUrl() + PromotionPage.URL + "/approval/" + id() + "/";
    }

    Run<?, ?> run() throws IOException, InterruptedException {
        return Objects.requireNonNull(getContext().get(Run.class), "every step has a build");
    }

    /**
     * Lets it go on.
     *
     * @param seen the state of what was shown to who decides, {@link PendingPromotion#state}
     * @throws MlopsException of kind REFUSED when it is decided already, or something else was shown
     */
    void approve(@NonNull String by, @CheckForNull String reason, @NonNull String seen) {
        synchronized (this) {
            PendingPromotion now = requirePending(seen);
            approved = wish.approved(decision(by, reason), now.version(), now.gate(), now.from());
            stopClock();
        }
        persist();
        promote();
    }

    /** As {@link #approve}, the other way: the step fails and says who said no. */
    void reject(@NonNull String by, @CheckForNull String reason, @NonNull String seen) {
        synchronized (this) {
            requirePending(seen);
            rejected = decision(by, reason);
            stopClock();
        }
        persist();
        refuse();
    }

    private static Decision decision(String by, String reason) {
        return new Decision(by, Instant.now().toString(), reason);
    }

    private PendingPromotion requirePending(String seen) {
        PendingPromotion now = pending();
        if (now == null) {
            throw MlopsException.refused(
                    "This promotion does not wait for a decision any more: look at the build's log");
        }
        if (!now.state().equals(seen)) {
            throw MlopsException.refused(
                    "The page showed another version, gate report or state of the alias than the one"
                            + " that waits now: load the page again, look, and decide anew");
        }
        return now;
    }

    private void audit(String action, Decision decision) throws IOException, InterruptedException {
        AuditLog.add(new AuditRecord(
                decision.at(),
                decision.by(),
                action,
                run().getUrl(),
                id(),
                pending.server(),
                pending.name(),
                pending.alias(),
                pending.version(),
                pending.from() == 0 ? null : pending.from(),
                pending.gate(),
                decision.reason(),
                AuditRecord.DONE));
    }

    private synchronized void promote() {
        if (ended) {
            return;
        }
        work = StepWork.beginOnController(
                getContext(), approved.lane(), none -> make(), new FutureCallback<PromotedModel>() {
                    @Override
                    public void onSuccess(PromotedModel model) {
                        end();
                        getContext().onSuccess(model);
                    }

                    @Override
                    public void onFailure(@NonNull Throwable failure) {
                        end();
                        getContext().onFailure(failure);
                    }
                });
    }

    private PromotedModel make() throws IOException, InterruptedException {
        Decision decision = Objects.requireNonNull(approved.approval(), "somebody has approved it");
        audit("approve", decision);
        endPause();
        say("Approved by " + decision.by() + (decision.reason() == null ? "" : ": " + decision.reason()));
        return new PromotedModel(approved.make(StepPlace.of(getContext())));
    }

    private synchronized void refuse() {
        if (ended) {
            return;
        }
        work = StepWork.beginOnController(
                getContext(),
                null,
                none -> {
                    audit("reject", rejected);
                    endPause();
                    return null;
                },
                new FutureCallback<Void>() {
                    @Override
                    public void onSuccess(Void nothing) {
                        end();
                        getContext()
                                .onFailure(new FlowInterruptedException(
                                        Result.ABORTED,
                                        true,
                                        new RejectedPromotion(pending.toString(), rejected.by(), rejected.reason())));
                    }

                    @Override
                    public void onFailure(@NonNull Throwable failure) {
                        end();
                        getContext().onFailure(failure);
                    }
                });
    }

    private synchronized void end() {
        ended = true;
        stopClock();
    }

    private synchronized void stopClock() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void stop(@NonNull Throwable cause) {
        boolean mine;
        synchronized (this) {
            mine = !ended && (work == null || work.cancel());
            ended = true;
            stopClock();
        }
        if (mine) {
            // This may be the thread that runs the Pipeline, which saving the build's nodes waits for.
            Timer.get().submit(this::endPause);
            getContext().onFailure(cause);
        }
    }

    private void endPause() {
        try {
            FlowNode node = getContext().get(FlowNode.class);
            if (node != null && PauseAction.getCurrentPause(node) != null) {
                PauseAction.endCurrentPause(node);
            }
        } catch (IOException e) {
            LOGGER.log(Level.FINE, "a pause stays marked", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void say(String line) {
        try {
            TaskListener listener = getContext().get(TaskListener.class);
            if (listener != null) {
                listener.getLogger().println(line);
            }
        } catch (IOException e) {
            LOGGER.log(Level.FINE, line, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String getStatus() {
        PendingPromotion now = pending();
        if (now != null) {
            return "waiting since " + now.since() + " for somebody to approve that " + now;
        }
        StepWork<?> current;
        synchronized (this) {
            current = work;
        }
        return wish.doing() + ": " + (current == null ? "not begun" : current.status());
    }
}
