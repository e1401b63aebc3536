package io.jenkins.plugins.mlops.lineage;

import hudson.model.Run;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** What one page or answer shows of a build: its record at one moment, or why that cannot be read. */
@Restricted(NoExternalUse.class)
public final class BuildView {

    private static final Logger LOGGER = Logger.getLogger(BuildView.class.getName());

    /** For who may not see anything. */
    static final BuildView NONE = new BuildView(RunFacts.NONE, null, null);

    private final RunFacts facts;
    private final Path directory;
    private final String problem;

    private BuildView(RunFacts facts, Path directory, String problem) {
        this.facts = facts;
        this.directory = directory;
        this.problem = problem;
    }

    static BuildView of(Run<?, ?> run) {
        BuildLineage lineage = BuildLineage.of(run);
        try {
            return new BuildView(lineage.facts(), lineage.directory(), null);
        } catch (MlopsException e) {
            LOGGER.log(Level.FINE, e, () -> "No record of " + run);
            return new BuildView(RunFacts.NONE, lineage.directory(), Shown.text(e.getMessage()));
        }
    }

    /** Why nothing is shown; null when all is well. */
    public String getProblem() {
        return problem;
    }

    public boolean isEmpty() {
        return facts.datasets().isEmpty()
                && facts.trainings().isEmpty()
                && facts.gates().isEmpty()
                && facts.aliases().isEmpty()
                && facts.evaluations().isEmpty()
                && facts.checks().isEmpty();
    }

    public List<DatasetView> getDatasets() {
        return facts.datasets().stream().map(DatasetView::new).toList();
    }

    public List<TrainingView> getTrainings() {
        return facts.trainings().stream()
                .map(use -> new TrainingView(
                        use,
                        KeptFiles.of(use, directory),
                        judged(use.modelDigest()) ? FiguresView.NONE : FiguresView.evaluation(directory, use),
                        KeptPictures.of(use, directory),
                        FiguresView.history(directory, use),
                        registered(use)))
                .toList();
    }

    public List<EvaluationView> getEvaluations() {
        return facts.evaluations().stream()
                .map(use -> new EvaluationView(
                        use,
                        KeptFiles.of(use, directory),
                        use.candidate() != null && judged(use.candidate().modelDigest())
                                ? FiguresView.NONE
                                : FiguresView.evaluation(directory, use),
                        KeptPictures.of(use, directory)))
                .toList();
    }

    public List<GateView> getGates() {
        return facts.gates().stream()
                .map(use -> new GateView(use, KeptFiles.of(use, directory), FiguresView.gate(directory, use)))
                .toList();
    }

    public List<CheckView> getChecks() {
        return facts.checks().stream()
                .map(use -> new CheckView(use, KeptFiles.of(use, directory)))
                .toList();
    }

    public List<AliasView> getAliases() {
        return facts.aliases().stream().map(AliasView::new).toList();
    }

    /** Whether a gate's part of the page draws the model, so that no other has to. */
    private boolean judged(String model) {
        return model != null
                && facts.gates().stream().anyMatch(gate -> gate.figures() != null && model.equals(gate.modelDigest()));
    }

    /** The versions that the build has made of a training's model, each once. */
    private List<VersionLink> registered(RunFacts.TrainingUse training) {
        return facts.aliases().stream()
                .filter(use -> training.runId() != null && training.runId().equals(use.runId()))
                .map(use -> new VersionLink(use.server(), use.model(), use.version()))
                .distinct()
                .toList();
    }

    /** The pictures of the training or evaluation with that id; null when there is none. */
    KeptPictures pictures(String id) {
        return facts.trainings().stream()
                .filter(use -> id.equals(use.id()))
                .findFirst()
                .map(use -> KeptPictures.of(use, directory))
                .or(() -> facts.evaluations().stream()
                        .filter(use -> id.equals(use.id()))
                        .findFirst()
                        .map(use -> KeptPictures.of(use, directory)))
                .orElse(null);
    }

    /** What is kept of the training with that id; null when there is none. */
    KeptFiles training(String id) {
        return facts.trainings().stream()
                .filter(use -> id.equals(use.id()))
                .findFirst()
                .map(use -> KeptFiles.of(use, directory))
                .orElse(null);
    }

    /** As {@link #training}, for evaluations. */
    KeptFiles evaluation(String id) {
        return facts.evaluations().stream()
                .filter(use -> id.equals(use.id()))
                .findFirst()
                .map(use -> KeptFiles.of(use, directory))
                .orElse(null);
    }

    /** As {@link #training}, for checks of datasets. */
    KeptFiles check(String id) {
        return facts.checks().stream()
                .filter(use -> id.equals(use.id()))
                .findFirst()
                .map(use -> KeptFiles.of(use, directory))
                .orElse(null);
    }

    /** As {@link #training}, for gates. */
    KeptFiles gate(String id) {
        return facts.gates().stream()
                .filter(use -> id.equals(use.id()))
                .findFirst()
                .map(use -> KeptFiles.of(use, directory))
                .orElse(null);
    }
}
