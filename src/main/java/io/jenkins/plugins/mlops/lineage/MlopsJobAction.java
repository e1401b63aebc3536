package io.jenkins.plugins.mlops.lineage;

import hudson.Extension;
import hudson.model.Action;
import hudson.model.Api;
import hudson.model.Job;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import java.util.Collection;
import java.util.List;
import jenkins.model.TransientActionFactory;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * The page of a job that shows how its metrics went, a small chart of them on the job's page, and the same for programs: for those who may
 * see lineage.
 */
@ExportedBean
public final class MlopsJobAction implements Action, StaplerProxy {

    private final Job<?, ?> job;

    MlopsJobAction(Job<?, ?> job) {
        this.job = job;
    }

    /** Everything below this page's address. */
    @Override
    public Object getTarget() {
        MlopsPermissions.check(job, MlopsPermissions.VIEW_LINEAGE);
        return this;
    }

    /** Null where there is no link: nothing to show, or nobody to show it to. */
    @Override
    public String getIconFileName() {
        return isVisible() ? "symbol-analytics-outline plugin-ionicons-api" : null;
    }

    @Override
    public String getDisplayName() {
        return "MLOps trend";
    }

    @Override
    public String getUrlName() {
        return "mlops";
    }

    public Api getApi() {
        return new Api(this);
    }

    @Restricted(NoExternalUse.class) // for the pages
    public Job<?, ?> getJob() {
        return job;
    }

    /** Whether the last builds have something to show and the current user may see it. */
    @Restricted(NoExternalUse.class) // for the pages
    public boolean isVisible() {
        return MlopsPermissions.mayView(job) && new BuildFiles(job).likely();
    }

    /** As the address asks: {@code ?builds=50&metric=accuracy&metric=recall}. */
    @Restricted(NoExternalUse.class) // for the pages
    public JobTrend trend(StaplerRequest2 request) {
        MlopsPermissions.check(job, MlopsPermissions.VIEW_LINEAGE);
        String[] metrics = request.getParameterValues("metric");
        return JobTrend.of(job, builds(request), metrics == null ? List.of() : List.of(metrics));
    }

    /** How many builds the address asks for. */
    @Restricted(NoExternalUse.class) // for the pages
    public int builds(StaplerRequest2 request) {
        String builds = request.getParameter("builds");
        return builds != null && builds.matches("[0-9]{1,4}") ? Integer.parseInt(builds) : JobTrend.BUILDS;
    }

    /** For the job's page: what nobody has chosen. */
    @Restricted(NoExternalUse.class) // for the pages
    public JobTrend getTrend() {
        MlopsPermissions.check(job, MlopsPermissions.VIEW_LINEAGE);
        return JobTrend.of(job, JobTrend.BUILDS, List.of());
    }

    /** The last builds that recorded something, the oldest first. */
    @Exported
    public List<TrendPoint> getBuilds() {
        return isVisible() ? getTrend().getPoints() : List.of();
    }

    /** Puts the page on every job whose builds have something to show. */
    @Extension
    @SuppressWarnings("rawtypes")
    public static final class Factory extends TransientActionFactory<Job> {

        @Override
        public Class<Job> type() {
            return Job.class;
        }

        @Override
        public Collection<? extends Action> createFor(Job job) {
            return new BuildFiles(job).likely() ? List.of(new MlopsJobAction(job)) : List.of();
        }
    }
}
