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
import java.util.function.Supplier;

/**
 * Whom a gate judges.
 *
 * @param runId the MLflow run that made the model; null when unknown
 */
record GateCandidate(
        @NonNull Measurement measurement, @CheckForNull String runId) {

    /**
     * The model of the build's last {@code withMLflow}, by the evaluation record that the controller kept. Per-sample results that
     * the record names are read from its MLflow run when a rule asks for them; the record has their digest.
     *
     * @param runs of the MLflow server
     * @throws MlopsException of kind USAGE when there is none
     */
    static GateCandidate ofLastTraining(BuildLineage lineage, Supplier<RunBaselines> runs) {
        RunFacts.TrainingUse training = lineage.facts()
                .lastTraining()
                .orElseThrow(
                        () -> MlopsException.usage("evaluationGate has nothing to judge: name a metrics file, or train"
                                + " with withMLflow earlier in this build"));
        if (training.evaluation() == null) {
            throw MlopsException.usage("The last withMLflow of this build, run " + training.runId()
                    + ", has no evaluation: let its body write metrics to MLOPS_METRICS_FILE, or name a metrics file");
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
