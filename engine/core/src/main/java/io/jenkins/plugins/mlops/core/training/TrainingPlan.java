package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.Repeats;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What is known of a training before anything is made.
 *
 * @param source null when the code lies in no Git repository
 * @param training null without a training dataset
 * @param evaluation null without an evaluation
 * @param parent null without one
 * @param cards of the datasets that have one, by the role of the dataset
 * @param repeats null for a training that repeats none
 */
record TrainingPlan(
        TrainingSpecification specification,
        SourceRevision source,
        DatasetVersion training,
        DatasetVersion evaluation,
        ParentModel parent,
        Map<String, DatasetCard> cards,
        Repeats repeats) {

    /** The revision of a card that a training has seen. @param digest of the revision */
    record DatasetCard(long revision, Digest digest, Boolean anonymised) {}

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
        if (specification.require().anonymised() && specification.datasets().training() == null) {
            throw MlopsException.refused(
                    "Anonymised data is required, but the training names no dataset, so nobody knows"
                            + " what it learns from: set datasets.training");
        }
        Map<String, DatasetCard> cards = new TreeMap<>();
        DatasetVersion training =
                resolve(specification.datasets().training(), services.datasets(), services.withdrawals());
        if (training != null) {
            card(specification.datasets().training(), training, services.datasets(), specification, listener)
                    .ifPresent(card -> cards.put("training", card));
        }
        DatasetVersion measured = evaluation == null
                ? null
                : resolve(evaluation.dataset(), services.evaluationDatasets(), services.withdrawals());
        if (measured != null) {
            card(evaluation.dataset(), measured, services.evaluationDatasets(), specification, listener)
                    .ifPresent(card -> cards.put("evaluation", card));
        }
        return new TrainingPlan(
                specification,
                exported == null ? SourceRevision.of(directory).orElse(null) : exported.source(),
                training,
                measured,
                parent(specification.parent(), services, listener),
                cards,
                exported == null ? null : exported.repeats());
    }

    private static DatasetVersion resolve(DatasetReference reference, DatasetAccess datasets, Withdrawals withdrawals) {
        if (reference == null) {
            return null;
        }
        DatasetVersion version = datasets.resolve(reference);
        withdrawals.check(version);
        return version;
    }

    private static Optional<DatasetCard> card(
            DatasetReference reference,
            DatasetVersion version,
            DatasetAccess datasets,
            TrainingSpecification specification,
            TrainingListener listener) {
        boolean required = specification.require().anonymised();
        Optional<CardRevision> card;
        try {
            card = datasets.card(reference, version);
        } catch (MlopsException e) {
            if (required || e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            listener.note("The card of the dataset " + version.name() + " is not known: " + e.getMessage());
            return Optional.empty();
        }
        if (required) {
            listener.note(datasets.requireAnonymised(version, card));
        }
        return card.map(revision -> new DatasetCard(
                revision.number(), revision.digest(), revision.card().anonymised()));
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
                .added("datasetCards", cards.isEmpty() ? null : Documents.json().convertValue(cards, Object.class))
                .added(Repeats.KEY, repeats == null ? null : repeats.toMap())
                .source(source)
                .parent(parent, null);
        if (specification.evaluation() != null) {
            List<String> command = specification.evaluation().command();
            facts.asked("evaluationCommand", command).evaluator("command", String.join(" ", command));
        }
        return facts;
    }
}
