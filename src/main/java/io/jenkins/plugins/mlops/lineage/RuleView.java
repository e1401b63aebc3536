package io.jenkins.plugins.mlops.lineage;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** {@link RunFacts.RuleUse} for the page and the API. */
@ExportedBean(defaultVisibility = 3)
@Restricted(NoExternalUse.class)
public final class RuleView {

    private final RunFacts.RuleUse use;

    RuleView(RunFacts.RuleUse use) {
        this.use = use;
    }

    @Exported
    public String getMetric() {
        return text(use.metric());
    }

    /** Null for the overall number. */
    @Exported
    public String getSlice() {
        return text(use.slice());
    }

    @Exported
    public String getValue() {
        return text(use.value());
    }

    @Exported
    public String getLimit() {
        return text(use.limit());
    }

    @Exported
    public String getBaseline() {
        return text(use.baseline());
    }

    /** pass, fail or inconclusive. */
    @Exported
    public String getVerdict() {
        return text(use.verdict());
    }

    @Exported
    public String getReason() {
        return text(use.reason());
    }

    boolean passes() {
        return "pass".equals(use.verdict());
    }
}
