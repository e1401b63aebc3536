package io.jenkins.plugins.mlops.rerun;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Action;
import hudson.model.Failure;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.rerun.RerunKind;
import io.jenkins.plugins.mlops.lineage.MlopsBuildAction;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import jenkins.model.Jenkins;
import jenkins.model.TransientActionFactory;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.HttpRedirect;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.interceptor.RequirePOST;

/**
 * The page of a build on which people start its training again, and on which a build that does so is compared with the one before. It
 * is there for who may see the lineage, the buttons for who may retrain; what is started is what the page showed.
 */
@Restricted(NoExternalUse.class)
public final class RerunPage implements Action, StaplerProxy {

    static final String URL = "mlops-rerun";

    private final Run<?, ?> run;

    RerunPage(Run<?, ?> run) {
        this.run = run;
    }

    @Override
    public String getIconFileName() {
        return isThere() ? "symbol-repeat-outline plugin-ionicons-api" : null;
    }

    @Override
    public String getDisplayName() {
        return "Retrain and reproduce";
    }

    @Override
    public String getUrlName() {
        return URL;
    }

    public Run<?, ?> getRun() {
        return run;
    }

    @Override
    public Object getTarget() {
        MlopsPermissions.checkView(run);
        return isThere() ? this : null;
    }

    private boolean isThere() {
        return MlopsPermissions.mayView(run) && (isRetrainer() || getRepetition() != null);
    }

    public boolean isRetrainer() {
        return run.getParent().hasPermission(MlopsPermissions.RETRAIN);
    }

    /** Why there is nothing to do again, in a sentence; null when there is. */
    @CheckForNull
    public String getProblem() {
        try {
            return Rerun.recorded(run).isEmpty()
                    ? "This build has recorded no training that could be done again"
                    : null;
        } catch (MlopsException e) {
            return e.getMessage();
        }
    }

    /** What the build repeats; null when it repeats nothing. */
    @CheckForNull
    public RerunAction getRepetition() {
        return run.getAction(RerunAction.class);
    }

    /** The plan that the build obeys, for people. */
    public String getPlan() {
        return Objects.requireNonNull(getRepetition(), "asked of repetitions alone")
                .plan()
                .text();
    }

    /** How what the build trained compares with what it repeats, as text; a sentence while that is not known. */
    public String getComparison() {
        return RerunComparison.text(run)
                .orElseGet(() ->
                        run.isBuilding() ? "The training is not recorded yet" : "The build has recorded no training");
    }

    /** For the address {@code review?kind=...}: the plan that is shown before somebody starts it. */
    public RerunReview getReview() {
        return new RerunReview(this);
    }

    /** Starts what was shown. */
    @RequirePOST
    public HttpResponse doStart(
            @QueryParameter String kind, @QueryParameter String plan, @QueryParameter String reason) {
        MlopsPermissions.check(run.getParent(), MlopsPermissions.RETRAIN);
        String why = Util.fixEmptyAndTrim(reason);
        if (why == null) {
            throw new Failure("It wants a reason, which is kept with the build");
        }
        try {
            new Rerun(run).start(RerunKind.parse(Util.fixNull(kind)), Util.fixNull(plan), why);
        } catch (MlopsException e) {
            throw new Failure(e.getMessage());
        }
        return new HttpRedirect(Objects.requireNonNullElse(Jenkins.get().getRootUrlFromRequest(), "/")
                + run.getParent().getUrl());
    }

    /** On builds in which something was recorded, or that were started to record something again. */
    @Extension
    @SuppressWarnings("rawtypes")
    public static final class Factory extends TransientActionFactory<Run> {

        @Override
        public Class<Run> type() {
            return Run.class;
        }

        @Override
        public Class<? extends Action> actionType() {
            return RerunPage.class;
        }

        /** Asks for the actions that are saved alone: asking for all would ask this factory. */
        @NonNull
        @Override
        @SuppressWarnings("deprecation")
        public Collection<? extends Action> createFor(@NonNull Run target) {
            return ((Run<?, ?>) target)
                            .getActions().stream()
                                    .noneMatch(action ->
                                            action instanceof MlopsBuildAction || action instanceof RerunAction)
                    ? List.of()
                    : List.of(new RerunPage((Run<?, ?>) target));
        }
    }
}
