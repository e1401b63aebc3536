package io.jenkins.plugins.mlops.rerun;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import hudson.model.InvisibleAction;
import hudson.model.Item;
import hudson.model.Queue;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import java.util.List;
import java.util.Optional;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Says of a build that it does a training again, and how; persisted with it. What trains or pulls in the build obeys the plan. */
public final class RerunAction extends InvisibleAction implements Queue.QueueAction {

    /** {@link RerunPlan} as JSON. */
    private final String plan;

    private final String original;
    private final String by;
    private final String reason;

    /**
     * @param original whose training is done again
     * @param by id of a user
     */
    RerunAction(@NonNull RerunPlan plan, @NonNull Run<?, ?> original, @NonNull String by, @NonNull String reason) {
        this.plan = Documents.toJson(plan);
        this.original = original.getExternalizableId();
        this.by = by;
        this.reason = reason;
    }

    /** What a build must train; empty for one that does nothing again. */
    @NonNull
    public static Optional<RerunPlan> plan(@NonNull Run<?, ?> build) {
        return Optional.ofNullable(build.getAction(RerunAction.class)).map(RerunAction::plan);
    }

    RerunPlan plan() {
        return Documents.readJson(plan, "The plan of the build", RerunPlan.class);
    }

    /** Two people who ask for the same get two builds: each has a reason of its own. */
    @Override
    public boolean shouldSchedule(List<Action> actions) {
        return true;
    }

    /** What the build does, for the page. */
    @Restricted(NoExternalUse.class)
    public String getTitle() {
        return plan().kind().title();
    }

    /** The build whose training is done again; null when it is gone or may not be seen. */
    @CheckForNull
    @Restricted(NoExternalUse.class)
    public Run<?, ?> getOriginal() {
        Run<?, ?> found = Run.fromExternalizableId(original);
        return found == null || !found.getParent().hasPermission(Item.READ) ? null : found;
    }

    @Restricted(NoExternalUse.class)
    public String getBy() {
        return by;
    }

    @Restricted(NoExternalUse.class)
    public String getReason() {
        return reason;
    }
}
