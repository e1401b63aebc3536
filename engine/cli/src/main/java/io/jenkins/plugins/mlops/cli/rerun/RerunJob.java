package io.jenkins.plugins.mlops.cli.rerun;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OwnDirectory;
import io.jenkins.plugins.mlops.cli.training.Backend;
import io.jenkins.plugins.mlops.cli.training.ClusterSession;
import io.jenkins.plugins.mlops.cli.training.LocalSession;
import io.jenkins.plugins.mlops.cli.training.TrainingDriver;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import io.jenkins.plugins.mlops.core.lineage.ModelName;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import io.jenkins.plugins.mlops.core.rerun.InstalledPackages;
import io.jenkins.plugins.mlops.core.rerun.OriginalTraining;
import io.jenkins.plugins.mlops.core.rerun.RerunKind;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.core.rerun.RerunPlanner;
import io.jenkins.plugins.mlops.core.rerun.RunComparison;
import io.jenkins.plugins.mlops.core.source.CommitFiles;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.training.ExportedCode;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import io.jenkins.plugins.mlops.core.training.TrainingServices;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** Makes the plan of a training that is done again, carries it out, and compares. */
final class RerunJob {

    private final Host host;
    private final RerunOptions options;
    private final ClusterSession.Options session;
    private final Output out;
    private final Tolerances tolerances;

    RerunJob(Host host, RerunOptions options, ClusterSession.Options session, Output out) {
        this.host = host;
        this.options = options;
        this.session = session;
        this.out = out;
        this.tolerances = options.tolerances();
    }

    /** What is recorded of the training of a model. @param model as {@code mlops lineage show} takes it */
    private OriginalTraining find(TrainingServices services, String model) {
        RegisteredModels registered = new RegisteredModels(services.models(), services.tracking(), services.lineage());
        ModelLocator.Located located =
                new ModelLocator(services.lineage(), registered).locate(ModelName.parse(model, host.directory()));
        return OriginalTraining.find(services.lineage(), registered, located)
                .map(training -> OriginalTraining.of(services.lineage(), training))
                .orElseThrow(() -> MlopsException.usage(
                        "No record says how the model " + model + " came to be, so its training cannot be done again"));
    }

    /** @param revision which commit is the newest, where that is asked; null when the recorded one is wanted */
    RerunPlan plan(RerunKind kind, String model, String revision) {
        try (LocalSession opened = session.openLocal(host)) {
            TrainingServices services = opened.services();
            RerunPlan plan = RerunPlanner.plan(
                    kind,
                    find(services, model),
                    services.datasets(),
                    services.evaluationDatasets(),
                    new RerunPlanner.Repository(
                            host.resolve(options.repository()).toString(), () -> newest(revision)));
            requireBackend(plan);
            return plan;
        }
    }

    private RerunPlanner.NewestCommit newest(String revision) {
        try (CommitFiles commits = CommitFiles.of(host.resolve(options.repository()))) {
            return new RerunPlanner.NewestCommit(commits.commit(revision), revision + " of " + commits.workTree());
        }
    }

    /** A training in an image is another one without it, and the other way round. */
    private void requireBackend(RerunPlan plan) {
        if (plan.kind() != RerunKind.REPRODUCE || options.planOnly()) {
            return;
        }
        if (plan.image() != null && options.backend() == Backend.PROCESS) {
            throw MlopsException.refused("The training ran in the image " + plan.image()
                    + ", which a process of this machine does not: give --backend kubernetes");
        }
        if (plan.image() == null && options.backend() == Backend.KUBERNETES) {
            throw MlopsException.refused(
                    "The training ran in no image that is recorded, so a cluster cannot reproduce it: give --backend process");
        }
    }

    /** Trains as the plan says, from a copy of the commit's files. */
    TrainingResult run(RerunPlan plan) {
        UUID id = UUID.randomUUID();
        Path code = OwnDirectory.of(host, "code", id);
        Path directory = options.runDirectory() == null
                ? OwnDirectory.of(host, "runs", id)
                : host.resolve(options.runDirectory());
        try (CommitFiles commits = CommitFiles.of(host.resolve(options.repository()))) {
            Path file = inRepository(commits);
            SourceRevision source = commits.export(plan.commit(), code);
            plan.requireCommit(source);
            TrainingSpecification specification =
                    plan.apply(TrainingSpecification.read(code.resolve(file))).requiring(TrainingDriver.required(host));
            TrainingResult result = new TrainingDriver(host, session, out)
                    .run(options.backend(), specification, new ExportedCode(source, plan.repeats()), id, directory);
            plan.requireObeyed(result);
            return result;
        } finally {
            discard(code);
        }
    }

    /** Compares what a plan came to with what it repeats. */
    RunComparison compare(RerunPlan plan, TrainingResult result) {
        try (LocalSession opened = session.openLocal(host)) {
            TrainingServices services = opened.services();
            return compare(
                    services,
                    OriginalTraining.read(services.lineage(), plan.record()),
                    OriginalTraining.read(services.lineage(), result.lineage().digest()));
        }
    }

    /** Compares the trainings of two models, both as {@code mlops lineage show} takes them. */
    RunComparison compare(String original, String repeated) {
        try (LocalSession opened = session.openLocal(host)) {
            TrainingServices services = opened.services();
            return compare(services, find(services, original), find(services, repeated));
        }
    }

    private RunComparison compare(TrainingServices services, OriginalTraining original, OriginalTraining repeated) {
        return RunComparison.of(
                original,
                repeated,
                tolerances.all(),
                tolerances.each(),
                InstalledPackages.differences(services.tracking(), original, repeated));
    }

    /** The specification's path from the repository's root. */
    private Path inRepository(CommitFiles commits) {
        if (options.specification() == null) {
            throw MlopsException.usage(
                    "The record does not say which file the specification is: name it with --spec, as in 'mlops train'");
        }
        try {
            Path root = commits.workTree().toRealPath();
            Path file = host.directory()
                    .toRealPath()
                    .resolve(options.specification())
                    .normalize();
            if (!file.startsWith(root)) {
                throw MlopsException.usage("The specification " + file + " is not in the repository " + root);
            }
            return root.relativize(file);
        } catch (IOException e) {
            throw MlopsException.failed("The repository cannot be read: " + e.getMessage(), e);
        }
    }

    private void discard(Path code) {
        try {
            FileTree.delete(code);
        } catch (IOException e) {
            out.note("The copy of the code in " + code + " cannot be deleted: " + e.getMessage());
        }
    }
}
