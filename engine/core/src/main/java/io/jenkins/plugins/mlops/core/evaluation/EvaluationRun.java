package io.jenkins.plugins.mlops.core.evaluation;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationResult.Measured;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.gate.Evaluator;
import io.jenkins.plugins.mlops.core.training.RegisteredModel;
import io.jenkins.plugins.mlops.core.training.TrainingBackend;
import io.jenkins.plugins.mlops.core.training.TrainingListener;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Measures a candidate and its champion with one evaluator on one set.
 *
 * <p>States and what each has made:
 *
 * <ol>
 *   <li><b>checked</b>: specification, models and version of the set are known, nothing of them is withdrawn; nothing is made;
 *   <li><b>supplied</b>: the directory exists, the set lies in it, what is installed is known, and with it who the evaluator is;
 *   <li><b>measured</b>, for each model: an MLflow run of its own has record and lineage, is tagged and FINISHED, and the model's own
 *       run and version name it;
 *   <li><b>finished</b>: {@code candidate} and {@code champion} appear in the directory.
 * </ol>
 *
 * Whatever fails on the way leaves MLflow runs that are FAILED or KILLED, and no {@code candidate}; what was measured completely stays,
 * and is found when the champion is measured the next time. The command is not told which model is which: it gets one directory with a
 * model, and the directories' names do not tell either. It gets no credentials. Thread-safe.
 */
public final class EvaluationRun {

    static final String CANDIDATE = "candidate";
    static final String CHAMPION = "champion";

    private final EvaluationServices services;

    public EvaluationRun(EvaluationServices services) {
        this.services = services;
    }

    /**
     * Goes through all states.
     *
     * @param root made by this; there must be nothing there
     * @throws MlopsException that says what failed
     */
    public EvaluationResult run(
            EvaluationSpecification specification, EvaluationRequest request, Path root, TrainingListener listener) {
        EvaluationPlan plan = EvaluationPlan.of(specification, null, request, services, listener);
        List<String> notes = new ArrayList<>(plan.notes());
        try {
            EvaluationDirectory directory = EvaluationDirectory.create(root);
            DatasetVersion set = pull(specification, plan.set(), directory, listener);
            Evaluator evaluator = evaluator(specification, plan, directory, listener);
            evaluator
                    .unidentified()
                    .ifPresent(why -> note(
                            "The evaluator cannot be told from others, since " + why + ": no result of before is used",
                            notes,
                            listener));
            EvaluationRecorder recorder =
                    new EvaluationRecorder(services, specification, directory, set, evaluator, listener);
            ModelEvaluation evaluation =
                    new ModelEvaluation(services.backend(), recorder, specification, directory, listener);
            Measured first = evaluation.measure(plan.candidate());
            Measured second = plan.champion() == null
                    ? null
                    : measureChampion(plan.champion(), first, evaluation, recorder, request.force());
            return new EvaluationResult(
                    set,
                    evaluator.facts(),
                    publish(first, directory, CANDIDATE),
                    second == null ? null : publish(second, directory, CHAMPION),
                    notes);
        } catch (IOException e) {
            throw MlopsException.failed("The directory " + root + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static void note(String text, List<String> notes, TrainingListener listener) {
        notes.add(text);
        listener.note(text);
    }

    private DatasetVersion pull(
            EvaluationSpecification specification,
            DatasetVersion resolved,
            EvaluationDirectory directory,
            TrainingListener listener) {
        listener.note("Pulling the evaluation set " + resolved.name());
        PullResult pulled = services.datasets().pull(specification.dataset(), directory.dataset(), listener.progress());
        services.lineage().keepManifest(pulled.manifest());
        if (!pulled.version().sourceId().equals(resolved.sourceId())) {
            throw MlopsException.failed("The evaluation set at " + resolved.source()
                    + " changed while the evaluation started: it was " + resolved.sourceId() + " and is now "
                    + pulled.version().sourceId() + ", start again");
        }
        return pulled.version();
    }

    private Evaluator evaluator(
            EvaluationSpecification specification,
            EvaluationPlan plan,
            EvaluationDirectory directory,
            TrainingListener listener)
            throws IOException {
        Map<String, String> facts = plan.evaluator();
        Documents.writeJson(directory.params(), specification.params());
        try {
            services.backend()
                    .installed(
                            new TrainingBackend.Command(
                                    specification.command(),
                                    specification.workingDirectory(),
                                    specification.environment(),
                                    null,
                                    directory.log("environment")),
                            directory.environment())
                    .ifPresent(found -> {
                        facts.put(Evaluator.ENVIRONMENT, found.digest().toString());
                        listener.note("Environment: " + found.summary());
                    });
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            listener.note("The evaluator's environment stays unknown: " + e.getMessage());
        }
        return new Evaluator(facts);
    }

    private static Measured measureChampion(
            RegisteredModel champion,
            Measured candidate,
            ModelEvaluation evaluation,
            EvaluationRecorder recorder,
            boolean force)
            throws IOException {
        Optional<Measured> before = recorder.knownOf(champion, candidate, force);
        return before.isPresent() ? before.get() : evaluation.measure(champion);
    }

    /** Gives the directory of a model's evaluation its name; a copy, since candidate and champion may be one model. */
    static Measured publish(Measured measured, EvaluationDirectory directory, String role) throws IOException {
        Path from = directory.evaluation(measured.digest());
        Path partial = directory.root().resolve("." + role);
        Path into = directory.root().resolve(role);
        FileTree.delete(partial);
        FileTree.delete(into);
        copy(from, partial);
        Files.move(partial, into, StandardCopyOption.ATOMIC_MOVE);
        return new Measured(
                measured.model(),
                measured.digest(),
                into.resolve(EvaluationOutput.RECORD_FILE).toString(),
                measured.evaluationDigest(),
                measured.run(),
                measured.url(),
                measured.reused());
    }

    private static void copy(Path from, Path into) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                Files.copy(file, into.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** Where an evaluation keeps its files. @param root absolute */
    record EvaluationDirectory(Path root) {

        static EvaluationDirectory create(Path root) throws IOException {
            Path absolute = root.toAbsolutePath().normalize();
            try {
                Files.createDirectories(Objects.requireNonNull(absolute.getParent(), "a directory has a parent"));
                Files.createDirectory(absolute);
            } catch (FileAlreadyExistsException e) {
                throw MlopsException.usage(
                        "The directory " + absolute
                                + " is there already: each evaluation wants a fresh one, name another",
                        e);
            }
            Files.createDirectory(absolute.resolve("logs"));
            return new EvaluationDirectory(absolute.toRealPath());
        }

        Path dataset() {
            return root.resolve("dataset");
        }

        Path params() {
            return root.resolve("params.json");
        }

        Path environment() {
            return root.resolve("environment.json");
        }

        Path log(String name) {
            return root.resolve("logs").resolve(name + ".log");
        }

        /** A model's files, by what they are: the path says nothing of who it is. */
        Path model(Digest model) {
            return root.resolve("models").resolve(model.hex());
        }

        Path evaluation(Digest model) {
            return root.resolve("evaluations").resolve(model.hex());
        }

        Path lineage(Digest model) {
            return root.resolve("lineage").resolve(model.hex());
        }

        /** Makes a directory anew. */
        static Path fresh(Path directory) throws IOException {
            if (Files.exists(directory)) {
                FileTree.delete(directory);
            }
            return Files.createDirectories(directory);
        }
    }
}
