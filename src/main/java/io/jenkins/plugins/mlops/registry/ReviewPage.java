package io.jenkins.plugins.mlops.registry;

import hudson.Util;
import hudson.model.Failure;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.StaplerRequest2;

/** What somebody sees before promoting: the gate, and the difference to the version that has the alias now. */
@Restricted(NoExternalUse.class)
public final class ReviewPage implements StaplerProxy {

    private final PromotionPage page;
    private CandidateView candidate;
    private String model;
    private String alias;
    private ChampionComparison comparison;

    ReviewPage(PromotionPage page) {
        this.page = page;
    }

    /** Reads what is asked for. */
    @Override
    public Object getTarget() {
        MlopsPermissions.check(page.getRun().getParent(), MlopsPermissions.PROMOTE);
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        candidate = page.candidate(request.getParameter("candidate"));
        model = PromotionPage.required(request.getParameter("model"), "a registered model");
        alias = PromotionPage.required(Util.fixEmpty(request.getParameter("alias")), "an alias");
        try {
            new PromotionRules(JobPolicy.of(page.getRun())).check(model, alias);
            comparison =
                    ChampionComparison.of(page.profile(candidate.server()), model, alias, candidate.getRunId(), null);
        } catch (MlopsException e) {
            throw new Failure(e.getMessage());
        }
        return this;
    }

    public PromotionPage getPage() {
        return page;
    }

    public CandidateView getCandidate() {
        return candidate;
    }

    public String getModel() {
        return model;
    }

    public String getAlias() {
        return alias;
    }

    public ChampionComparison getComparison() {
        return comparison;
    }
}
