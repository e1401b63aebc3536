package io.jenkins.plugins.mlops.lineage;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import java.util.Comparator;
import java.util.Date;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** {@link RunFacts.GateUse} for the page and the API. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class GateView {

    /** Of more, a page shows first those that did not pass, and names the rest. */
    private static final int MAX_SHOWN = 200;

    private final RunFacts.GateUse use;
    private final List<RuleView> rules;
    private final KeptFiles files;
    private final FiguresView figures;

    GateView(RunFacts.GateUse use, KeptFiles files, FiguresView figures) {
        this.figures = figures;
        this.use = use;
        this.rules = use.rules().stream().map(RuleView::new).toList();
        this.files = files;
    }

    /** What the pipeline calls it; null when it does not. */
    @Exported
    public String getName() {
        return text(use.name());
    }

    /** pass, fail or inconclusive. */
    @Exported
    public String getVerdict() {
        return text(use.verdict());
    }

    @Exported
    public String getSummary() {
        return text(use.summary());
    }

    /** Digest of the gate's report. */
    @Exported
    public String getDigest() {
        return text(use.digest());
    }

    @Exported
    public String getModelDigest() {
        return text(use.modelDigest());
    }

    /** The candidate's MLflow run. */
    @Exported
    public String getRunId() {
        return text(use.runId());
    }

    /** What it was held against; null without one. */
    @Exported
    public String getBaseline() {
        return text(use.baseline());
    }

    @Exported
    public List<RuleView> getRules() {
        return rules;
    }

    @Exported
    public String getAt() {
        return text(use.at());
    }

    /** Which gate it is. */
    public String getLabel() {
        return use.name() == null ? "Gate" : "Gate " + getName();
    }

    public Date getTime() {
        return Shown.time(use.at());
    }

    /** The rules in their order; of very many, as many as a page can show, those that did not pass first. */
    public List<RuleView> getShownRules() {
        return rules.size() <= MAX_SHOWN
                ? rules
                : rules.stream()
                        .sorted(Comparator.comparing(RuleView::passes))
                        .limit(MAX_SHOWN)
                        .toList();
    }

    public int getHiddenRules() {
        return rules.size() - getShownRules().size();
    }

    /** What the page draws of candidate and baseline. */
    public FiguresView getFigures() {
        return figures;
    }

    /** What is kept of it: the reports. */
    public KeptFiles getFiles() {
        return files;
    }
}
