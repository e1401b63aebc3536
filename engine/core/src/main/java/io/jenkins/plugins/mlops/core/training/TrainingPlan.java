package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What is known of a training before anything is made.
 *
 * @param source null when the code lies in no Git repository
 * @param training null without a training dataset
 * @param evaluation null without an evaluation
 * @param parent null without one
 */
record TrainingPlan(
        TrainingSpecification specification,
        SourceRevision source,
        DatasetVersion training,
        DatasetVersion evaluation,
        ParentModel parent) {

    /**
     * Looks everything up that the specification names.
     *
     * @param exported null when the code's directory may lie in a work tree
     * @throws MlopsException that says what is not there, or may not be used
     */
    static TrainingPlan of(
            TrainingSpecification specification,
            ExportedCode exported,
            TrainingServices services,
            TrainingListener listener) {
        Path directory = specification.workingDirectory();
        if (!Files.isDirectory(directory)) {
            throw MlopsException.usage("The working directory " + directory
                    + " does not exist: set the key 'directory' to where the code is");
        }
        TrainingSpecification.Evaluation evaluation = specification.evaluation();
        if (evaluation != null && evaluation.dataset() == null) {
            throw MlopsException.usage(
                    "The evaluation has no dataset: set evaluation.dataset, or give one for 'evaluation'");
        }
        return new TrainingPlan(
                specification,
                exported == null ? SourceRevision.of(directory).orElse(null) : exported.source(),
                resolve(specification.datasets().training(), services.datasets(), services),
                evaluation == null ? null : resolve(evaluation.dataset(), services.evaluationDatasets(), services),
                parent(specification.parent(), services, listener));
    }

    private static DatasetVersion resolve(
            DatasetReference reference, DatasetAccess datasets, TrainingServices services) {
        if (reference == null) {
            return null;
        }
        DatasetVersion version = datasets.resolve(reference);
        services.withdrawals().check(version);
        return version;
    }

    private static ParentModel parent(ModelReference reference, TrainingServices services, TrainingListener listener) {
        if (reference == null) {
            return null;
        }
        ParentModel parent = ParentModel.find(services.models(), reference);
        if (parent.digest() != null) {
            services.withdrawals().checkModel(parent.uri(), parent.digest());
            services.withdrawals().notKnownBehind(parent.digest()).forEach(listener::note);
        }
        return parent;
    }

    /** What the records begin with. @param id names the training in MLflow and lineage */
    TrainingFacts facts(UUID id, TrainingServices.Builder builder, String backend, Instant started) {
        TrainingFacts facts = new TrainingFacts(id.toString(), specification.experiment(), builder, started)
                .asked("name", specification.name())
                .asked("command", specification.command())
                .asked("environment", specification.environment())
                .asked("params", specification.params().values())
                .asked("seed", specification.seed())
                .asked("image", specification.image())
                .added("backend", backend)
                .source(source)
                .parent(parent, null);
        if (specification.evaluation() != null) {
            List<String> command = specification.evaluation().command();
            facts.asked("evaluationCommand", command).evaluator("command", String.join(" ", command));
        }
        return facts;
    }
}
