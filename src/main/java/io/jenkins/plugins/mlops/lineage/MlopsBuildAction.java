package io.jenkins.plugins.mlops.lineage;

import hudson.model.Api;
import hudson.model.Run;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import java.util.List;
import jenkins.model.RunAction2;
import jenkins.model.Tab;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * The page of a build that tells what its steps did, its summary on the build's page, and the same for programs. It is there for
 * those only who may see lineage: for others it has neither link nor summary, its addresses are forbidden, and the build's API tells nothing of
 * it. Persisted without content: that lies in a file of its own, {@link BuildLineage}.
 */
@ExportedBean
public class MlopsBuildAction extends Tab implements RunAction2, StaplerProxy {

    MlopsBuildAction(Run<?, ?> run) {
        super(run);
    }

    @Override
    public void onAttached(Run<?, ?> run) {
        object = run;
    }

    @Override
    public void onLoad(Run<?, ?> run) {
        object = run;
    }

    /** Everything below this page's address. */
    @Override
    public Object getTarget() {
        MlopsPermissions.checkView(run());
        return this;
    }

    /** Null where the current user sees no link. */
    @Override
    public String getIconFileName() {
        return !isVisible() ? null : "symbol-git-network-outline plugin-ionicons-api";
    }

    @Override
    public String getDisplayName() {
        return "MLOps";
    }

    @Override
    public String getUrlName() {
        return "mlops";
    }

    /** Whether the current user may see what was recorded. */
    @Restricted(NoExternalUse.class) // for the pages
    public boolean isVisible() {
        return object != null && MlopsPermissions.mayView(run());
    }

    public Api getApi() {
        return new Api(this);
    }

    /** Read anew by every call; empty for who may not see it, since the build's API asks without asking for this page. */
    @Restricted(NoExternalUse.class) // for the pages
    public BuildView getView() {
        return isVisible() ? BuildView.of(run()) : BuildView.NONE;
    }

    private Run<?, ?> run() {
        return (Run<?, ?>) object;
    }

    /** Why nothing is told; null when all is well. */
    @Exported
    public String getProblem() {
        return getView().getProblem();
    }

    @Exported
    public List<DatasetView> getDatasets() {
        return getView().getDatasets();
    }

    @Exported
    public List<TrainingView> getTrainings() {
        return getView().getTrainings();
    }

    @Exported
    public List<EvaluationView> getEvaluations() {
        return getView().getEvaluations();
    }

    @Exported
    public List<GateView> getGates() {
        return getView().getGates();
    }

    @Exported
    public List<CheckView> getChecks() {
        return getView().getChecks();
    }

    @Exported
    public List<AliasView> getAliases() {
        return getView().getAliases();
    }

    /** For the address {@code training/ID/evaluation.json}. */
    @Restricted(NoExternalUse.class)
    public KeptFiles getTraining(String id) {
        return getView().training(id);
    }

    /** For the address {@code pictures/ID/0.png}. */
    @Restricted(NoExternalUse.class)
    public KeptPictures getPictures(String id) {
        return getView().pictures(id);
    }

    /** For the address {@code evaluation/ID/evaluation.json}. */
    @Restricted(NoExternalUse.class)
    public KeptFiles getEvaluation(String id) {
        return getView().evaluation(id);
    }

    /** For the address {@code check/ID/dataset-check.json}. */
    @Restricted(NoExternalUse.class)
    public KeptFiles getCheck(String id) {
        return getView().check(id);
    }

    /** For the address {@code gate/ID/gate.json}. */
    @Restricted(NoExternalUse.class)
    public KeptFiles getGate(String id) {
        return getView().gate(id);
    }
}
