package io.jenkins.plugins.mlops.rerun;

import hudson.Util;
import hudson.model.Failure;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.rerun.RerunKind;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerProxy;

/** What somebody sees before a training is started again: the plan. */
@Restricted(NoExternalUse.class)
public final class RerunReview implements StaplerProxy {

    private final RerunPage page;
    private RerunPlan plan;

    RerunReview(RerunPage page) {
        this.page = page;
    }

    /** Makes the plan that is asked for. */
    @Override
    public Object getTarget() {
        MlopsPermissions.check(page.getRun().getParent(), MlopsPermissions.RETRAIN);
        try {
            plan = new Rerun(page.getRun())
                    .plan(RerunKind.parse(
                            Util.fixNull(Stapler.getCurrentRequest2().getParameter("kind"))));
        } catch (MlopsException e) {
            throw new Failure(e.getMessage());
        }
        return this;
    }

    public RerunPage getPage() {
        return page;
    }

    public String getKind() {
        return plan.kind().word();
    }

    public String getText() {
        return plan.text();
    }

    public String getDigest() {
        return Rerun.digest(plan);
    }
}
