package io.jenkins.plugins.mlops.gate;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.gate.InputFile;
import io.jenkins.plugins.mlops.core.gate.Measurement;
import io.jenkins.plugins.mlops.core.gate.RunBaselines;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whom a gate judges.
 *
 * @param runId the MLflow run that made the model; null when unknown
 */
record GateCandidate(
        @NonNull Measurement measurement, @CheckForNull String runId) {

    /**
     * The model that the build has trained or evaluated last.
     *
     * @throws MlopsException of kind USAGE when there is none
     */
    static GateCandidate ofBuild(BuildLineage lineage, Supplier<RunBaselines> runs) {
        Optional<RunFacts.EvaluationUse> evaluated = lineage.facts().lastEvaluation();
        return evaluated.isPresent()
                ? new GateCandidate(
                        measurement(lineage, evaluated.get().candidate(), runs),
                        evaluated.get().candidate().trainingRunId())
                : ofLastTraining(lineage, runs);
    }

    /** The champion that the build's last {@code evaluateModel} has measured on the same set; null without one. */
    @CheckForNull
    static Measurement champion(BuildLineage lineage, Supplier<RunBaselines> runs) {
        return lineage.facts()
                .lastEvaluation()
                .map(RunFacts.EvaluationUse::champion)
                .map(champion -> measurement(lineage, champion, runs))
                .orElse(null);
    }

    private static Measurement measurement(
            BuildLineage lineage, RunFacts.MeasuredUse measured, Supplier<RunBaselines> runs) {
        return Measurement.of(InputFile.read(
                lineage.directory().resolve(measured.evaluation()),
                "evaluation.json of " + measured.model(),
                name -> runs.get().besideEvaluation(measured.runId()).open(name)));
    }

    /**
     * The model of the build's last {@code withMLflow}, by the evaluation record that the controller kept. Per-sample results that
     * the record names are read from its MLflow run when a rule asks for them; the record has their digest.
     *
     * @param runs of the MLflow server
     * @throws MlopsException of kind USAGE when there is none
     */
    private static GateCandidate ofLastTraining(BuildLineage lineage, Supplier<RunBaselines> runs) {
        RunFacts.TrainingUse training = lineage.facts()
                .lastTraining()
                .orElseThrow(
                        () -> MlopsException.usage("evaluationGate has nothing to judge: name a metrics file, or train"
                                + " with withMLflow or trainModel earlier in this build"));
        if (training.evaluation() == null) {
            throw MlopsException.usage("The last training of this build, run " + training.runId()
                    + ", has no evaluation: let the block of withMLflow write metrics to MLOPS_METRICS_FILE, give the"
                    + " specification of trainModel an 'evaluation', use evaluateModel, or name a metrics file");
        }
        InputFile evaluation = InputFile.read(
                lineage.directory().resolve(training.evaluation()),
                "evaluation.json of run " + training.runId(),
                name -> runs.get().besideEvaluation(training.runId()).open(name));
        return new GateCandidate(Measurement.of(evaluation), training.runId());
    }

    /** The model of a file; its run is known when it was trained in this build. */
    static GateCandidate of(InputFile metrics, List<RunFacts.TrainingUse> trainings) {
        Measurement measurement = Measurement.of(metrics);
        String model = measurement.model() == null ? null : measurement.model().toString();
        String runId = trainings.stream()
                .filter(training -> model != null && model.equals(training.modelDigest()))
                .map(RunFacts.TrainingUse::runId)
                .reduce(null, (earlier, later) -> later);
        return new GateCandidate(measurement, runId);
    }
}
