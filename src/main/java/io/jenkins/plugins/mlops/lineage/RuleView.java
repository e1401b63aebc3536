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

    /** Value less baseline, with its sign; null without one. */
    @Exported
    public String getDelta() {
        return text(use.delta());
    }

    /** The ends of a confidence interval, and what it is of; null without one. */
    @Exported
    public String getInterval() {
        return text(use.interval());
    }

    /** The interval's level. */
    @Exported
    public String getConfidence() {
        return text(use.confidence());
    }

    /** The interval with its level; null without one. */
    public String getShownInterval() {
        return use.confidence() == null ? getInterval() : getInterval() + " (" + getConfidence() + ")";
    }

    /** How many samples the value rests on; null when that is not known. */
    @Exported
    public Long getSamples() {
        return use.samples();
    }

    /** higher or lower: which way is better; null when that is not known. */
    @Exported
    public String getDirection() {
        return text(use.direction());
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
