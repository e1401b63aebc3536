package io.jenkins.plugins.mlops.core.evaluation;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.gate.Evaluator;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.training.ExportedCode;
import io.jenkins.plugins.mlops.core.training.RegisteredModel;
import io.jenkins.plugins.mlops.core.training.TrainingListener;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of an evaluation before anything is made.
 *
 * @param source null when the code lies in no Git repository
 * @param champion null when none was asked for, or there is none yet
 * @param set as it was resolved
 * @param notes what a reader should know, sentences without a full stop
 */
record EvaluationPlan(
        EvaluationSpecification specification,
        SourceRevision source,
        RegisteredModel candidate,
        RegisteredModel champion,
        DatasetVersion set,
        List<String> notes) {

    /**
     * Looks everything up that specification and request name.
     *
     * @param exported null when the code was not
     * @throws MlopsException that says what is not there, or may not be used
     */
    static EvaluationPlan of(
            EvaluationSpecification specification,
            ExportedCode exported,
            EvaluationRequest request,
            EvaluationServices services,
            TrainingListener listener) {
        if (!Files.isDirectory(specification.workingDirectory())) {
            throw MlopsException.usage("The working directory " + specification.workingDirectory()
                    + " does not exist: set the key 'directory' to where the code is");
        }
        if (specification.dataset() == null) {
            throw MlopsException.usage("There is no evaluation set: set the key 'dataset', or give one with --dataset");
        }
        List<String> notes = new ArrayList<>();
        RegisteredModel candidate = request.candidate() == null
                ? RegisteredModel.ofRun(services.tracking(), request.candidateRun(), EvaluationRun.CANDIDATE)
                : RegisteredModel.find(services.models(), request.candidate(), EvaluationRun.CANDIDATE);
        Optional<RegisteredModel> champion = champion(request, services, notes);
        DatasetVersion resolved = services.datasets().resolve(specification.dataset());
        services.withdrawals().check(resolved);
        if (candidate.digest() != null) {
            services.withdrawals().checkModel(candidate.uri(), candidate.digest());
            notes.addAll(services.withdrawals().notKnownBehind(candidate.digest()));
        }
        notes.forEach(listener::note);
        SourceRevision source = exported != null
                ? exported.source()
                : SourceRevision.of(specification.workingDirectory()).orElse(null);
        return new EvaluationPlan(specification, source, candidate, champion.orElse(null), resolved, notes);
    }

    /** A champion that has withdrawn data in it is measured: to replace it, one must know how good it is. */
    private static Optional<RegisteredModel> champion(
            EvaluationRequest request, EvaluationServices services, List<String> notes) {
        if (request.champion() == null) {
            return Optional.empty();
        }
        if (request.champion().alias() != null) {
            Optional<ModelVersion> version = services.models()
                    .byAlias(request.champion().name(), request.champion().alias());
            if (version.isEmpty()) {
                notes.add("There is no " + request.champion() + " yet: the candidate alone is measured");
                return Optional.empty();
            }
        }
        RegisteredModel champion = RegisteredModel.find(services.models(), request.champion(), EvaluationRun.CHAMPION);
        if (champion.digest() != null) {
            services.withdrawals().findInModel(champion.digest()).stream()
                    .findFirst()
                    .ifPresent(finding -> notes.add("The champion " + champion.uri() + " has withdrawn data in it: "
                            + finding + "; it is measured all the same"));
        }
        return Optional.of(champion);
    }

    /** What is known of the evaluator by now, to be added to: not yet what is installed where it runs. */
    Map<String, String> evaluator() {
        return evaluator(specification, source);
    }

    static Map<String, String> evaluator(EvaluationSpecification specification, SourceRevision source) {
        Map<String, String> facts = new TreeMap<>();
        facts.put(Evaluator.COMMAND, String.join(" ", specification.command()));
        if (source != null) {
            facts.put(Evaluator.COMMIT, source.commit());
            if (source.isDirty()) {
                facts.put(Evaluator.CHANGES, String.valueOf(source.changes().size()));
            }
        }
        if (!specification.params().values().isEmpty()
                || !specification.environment().isEmpty()) {
            Map<String, Object> given = new TreeMap<>();
            given.put("params", specification.params());
            given.put("environment", specification.environment());
            facts.put(Evaluator.PARAMS, Digest.of(Documents.toJson(given)).toString());
        }
        if (specification.seed() != null) {
            facts.put(Evaluator.SEED, specification.seed().toString());
        }
        return facts;
    }
}
