package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Action;
import hudson.model.Failure;
import hudson.model.Job;
import hudson.model.Run;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.MlopsBuildAction;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jenkins.model.Jenkins;
import jenkins.model.TransientActionFactory;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.HttpRedirect;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.interceptor.RequirePOST;

/**
 * The page of a build on which people promote its models, roll back, and decide about promotions that wait. It is there for who may do
 * one of these on the job and may see the lineage; what it shows before a promotion is what the promotion is then bound to.
 */
@Restricted(NoExternalUse.class)
public final class PromotionPage implements Action, StaplerProxy {

    static final String URL = "mlops-promotion";

    /** Loading the steps of a build that goes on; it is there in milliseconds, unless Jenkins just starts. */
    private static final long LOADING_SECONDS = 10;

    private final Run<?, ?> run;

    PromotionPage(Run<?, ?> run) {
        this.run = run;
    }

    @Override
    public String getIconFileName() {
        return mayDoAnything() ? "symbol-ribbon-outline plugin-ionicons-api" : null;
    }

    @Override
    public String getDisplayName() {
        return "Promotion";
    }

    @Override
    public String getUrlName() {
        return URL;
    }

    public Run<?, ?> getRun() {
        return run;
    }

    /** Without the permissions, there is no such page. */
    @Override
    public Object getTarget() {
        MlopsPermissions.checkView(run);
        return mayDoAnything() ? this : null;
    }

    private boolean mayDoAnything() {
        return MlopsPermissions.mayView(run) && (isPromoter() || isRollbacker() || isCanceler());
    }

    public boolean isPromoter() {
        return run.getParent().hasPermission(MlopsPermissions.PROMOTE);
    }

    public boolean isRollbacker() {
        return run.getParent().hasPermission(MlopsPermissions.ROLLBACK);
    }

    /** Who may cancel the build may reject what waits in it. */
    private boolean isCanceler() {
        return run.isBuilding() && run.getParent().hasPermission(Job.CANCEL);
    }

    /** The promotions of this build that wait for a decision. */
    public List<PendingPage> getWaiting() {
        List<PendingPage> waiting = new ArrayList<>();
        for (ApprovedPromotionExecution execution : executions()) {
            if (execution.pending() != null) {
                waiting.add(new PendingPage(this, execution));
            }
        }
        return waiting;
    }

    private List<ApprovedPromotionExecution> executions() {
        if (!run.isBuilding() || !(run instanceof FlowExecutionOwner.Executable executable)) {
            return List.of();
        }
        FlowExecutionOwner owner = executable.asFlowExecutionOwner();
        FlowExecution execution = owner == null ? null : owner.getOrNull();
        if (execution == null) {
            return List.of();
        }
        List<ApprovedPromotionExecution> found = new ArrayList<>();
        try {
            for (StepExecution step : execution.getCurrentExecutions(false).get(LOADING_SECONDS, TimeUnit.SECONDS)) {
                if (step instanceof ApprovedPromotionExecution promotion) {
                    found.add(promotion);
                }
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new Failure("What waits in this build is not known yet, since Jenkins still loads it: try again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return found;
    }

    /** For the address {@code approval/ID/}: null when nothing of that id waits. */
    @CheckForNull
    public PendingPage getApproval(String id) {
        return getWaiting().stream()
                .filter(page -> page.getId().equals(id))
                .findFirst()
                .orElse(null);
    }

    /** The models of this build that can be promoted, the last one first. */
    public List<CandidateView> getCandidates() {
        List<CandidateView> candidates = new ArrayList<>();
        RunFacts facts = facts();
        for (RunFacts.TrainingUse training : facts.trainings()) {
            if (training.runId() != null && training.modelDigest() != null) {
                candidates.add(0, new CandidateView(training, facts));
            }
        }
        return candidates;
    }

    /** What was moved in this build or on this page, the last move of every alias. */
    public List<MovedAliasView> getMoved() {
        List<MovedAliasView> moved = new ArrayList<>();
        for (RunFacts.AliasUse use : facts().aliases()) {
            moved.removeIf(other -> other.isOf(use));
            moved.add(new MovedAliasView(use));
        }
        return moved;
    }

    private RunFacts facts() {
        try {
            return BuildLineage.of(run).facts();
        } catch (MlopsException e) {
            throw new Failure(e.getMessage());
        }
    }

    /** For the address {@code review?candidate=...&model=...&alias=...}: what is shown before somebody promotes. */
    public ReviewPage getReview() {
        return new ReviewPage(this);
    }

    CandidateView candidate(String mlflowRun) {
        return getCandidates().stream()
                .filter(candidate -> candidate.getRunId().equals(mlflowRun))
                .findFirst()
                .orElseThrow(() -> new Failure("This build trained no model in the MLflow run '" + mlflowRun + "'"));
    }

    MlflowProfile profile(@CheckForNull String server) {
        return JobPolicy.of(run.getParent()).mlflowServer(server);
    }

    /** Promotes as it was shown. */
    @RequirePOST
    public HttpResponse doPromote(
            @QueryParameter String candidate,
            @QueryParameter String model,
            @QueryParameter String alias,
            @QueryParameter String gate,
            @QueryParameter String expected,
            @QueryParameter boolean override,
            @QueryParameter String reason) {
        MlopsPermissions.check(run.getParent(), MlopsPermissions.PROMOTE);
        return told(() -> AliasMoves.promote(
                run,
                required(model, "a registered model"),
                required(alias, "an alias"),
                candidate(candidate).getRunId(),
                Util.fixEmptyAndTrim(gate),
                number(expected),
                override,
                required(reason, "a reason, which is kept with the model"),
                candidate(candidate).server()));
    }

    /** Gives an alias that this build moved back to the version before. */
    @RequirePOST
    public HttpResponse doRollback(
            @QueryParameter String model,
            @QueryParameter String alias,
            @QueryParameter String server,
            @QueryParameter String expected,
            @QueryParameter String reason) {
        MlopsPermissions.check(run.getParent(), MlopsPermissions.ROLLBACK);
        return told(() -> AliasMoves.rollback(
                run,
                required(model, "a registered model"),
                required(alias, "an alias"),
                number(expected),
                required(reason, "a reason, which is kept with the model"),
                Util.fixEmptyAndTrim(server)));
    }

    /** What a person's click does. */
    @FunctionalInterface
    interface Deed {
        void run() throws IOException, InterruptedException;
    }

    /** Does it and goes back to the build's MLOps page; what is refused is a page with the sentence. */
    HttpResponse told(Deed deed) {
        try {
            deed.run();
        } catch (MlopsException e) {
            throw new Failure(e.getMessage());
        } catch (IOException e) {
            throw new Failure("It failed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure("It was interrupted: look into the audit before you try again");
        }
        return new HttpRedirect(
                Objects.requireNonNullElse(Jenkins.get().getRootUrlFromRequest(), "/") + run.getUrl() + "mlops/");
    }

    static String required(@CheckForNull String value, String what) {
        String given = Util.fixEmptyAndTrim(value);
        if (given == null) {
            throw new Failure("It wants " + what);
        }
        return given;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(Objects.requireNonNullElse(text, "").trim());
        } catch (NumberFormatException e) {
            throw new Failure("'" + text + "' is no version of a model: go back to the page and look again");
        }
    }

    /** On builds in which something was recorded or a promotion waits, for who may do something with it. */
    @Extension
    @SuppressWarnings("rawtypes")
    public static final class Factory extends TransientActionFactory<Run> {

        @Override
        public Class<Run> type() {
            return Run.class;
        }

        @Override
        public Class<? extends Action> actionType() {
            return PromotionPage.class;
        }

        /** Asks for the actions that are saved alone: asking for all would ask this factory. */
        @NonNull
        @Override
        @SuppressWarnings("deprecation")
        public Collection<? extends Action> createFor(@NonNull Run target) {
            return ((Run<?, ?>) target)
                            .getActions().stream()
                                    .noneMatch(action ->
                                            action instanceof MlopsBuildAction || action instanceof AwaitedApproval)
                    ? List.of()
                    : List.of(new PromotionPage((Run<?, ?>) target));
        }
    }
}
