package io.jenkins.plugins.mlops.cli.evaluation;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.OwnDirectory;
import io.jenkins.plugins.mlops.cli.training.Backend;
import io.jenkins.plugins.mlops.cli.training.ClusterDriver;
import io.jenkins.plugins.mlops.cli.training.ClusterSession;
import io.jenkins.plugins.mlops.cli.training.LocalSession;
import io.jenkins.plugins.mlops.cli.training.TrainingPrinter;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.evaluation.ClusterEvaluation;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationRequest;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationResult;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationRun;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationServices;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationSpecification;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.core.training.ProcessBackend;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops evaluate}: measures a candidate and its champion with one evaluator on one set. */
@Command(
        name = "evaluate",
        description = {
            "Measure a candidate, and the champion, with one evaluator on one evaluation set.",
            "The command gets no credentials; what it prints goes to standard error, each line behind '  | '."
        },
        mixinStandardHelpOptions = true)
public final class EvaluateCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(paramLabel = "SPEC", description = "The evaluation's specification, YAML or JSON.")
    private Path specificationFile;

    @ArgGroup(multiplicity = "1")
    private Candidate candidate;

    /** Whom to measure. */
    static final class Candidate {
        @Option(names = "--run", paramLabel = "ID", description = "The MLflow run whose model is the candidate.")
        private String run;

        @Option(
                names = "--candidate",
                paramLabel = "MODEL",
                description = "The candidate: models:/NAME/VERSION or models:/NAME@ALIAS.")
        private String model;
    }

    @Option(
            names = "--champion",
            paramLabel = "MODEL",
            description =
                    "What the candidate will be compared with, such as models:/NAME@champion; measured too, unless it"
                            + " was before, by the same evaluator on the same set. No such alias yet: the candidate alone.")
    private String champion;

    @Option(names = "--force", description = "Measure the champion again although its result of before could be used.")
    private boolean force;

    @Option(
            names = "--dataset",
            paramLabel = "REF",
            description =
                    "The evaluation set: a manifest (a file, or an s3:// URL that ends in .json) or s3://bucket/prefix;"
                            + " wins over the specification.")
    private String dataset;

    @Option(names = "--seed", paramLabel = "N", description = "What to seed random numbers with.")
    private Long seed;

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            description = "A fresh directory, in which candidate/evaluation.json and champion/evaluation.json appear"
                    + " (default: .mlops/evaluations/<uuid>).")
    private Path directory;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "process",
            description = "Where the command runs: process (default), or kubernetes.")
    private Backend backend;

    @Mixin
    private ClusterSession.Options session;

    @Mixin
    private OutputOptions output;

    EvaluateCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        EvaluationSpecification specification = EvaluationSpecification.read(host.resolve(specificationFile))
                .with(dataset == null ? null : DatasetReference.parse(dataset).relativeTo(host.directory()), seed);
        EvaluationRequest request = new EvaluationRequest(
                candidate.run,
                candidate.model == null ? null : ModelReference.parse(candidate.model),
                champion == null ? null : ModelReference.parse(champion),
                force);
        if (force && champion == null) {
            throw MlopsException.usage("--force says nothing without --champion");
        }
        UUID id = UUID.randomUUID();
        Path into = directory == null ? OwnDirectory.of(host, "evaluations", id) : host.resolve(directory);
        Output out = output.output(host);
        EvaluationResult result = backend == Backend.KUBERNETES
                ? onCluster(specification, request, id, into, out)
                : inProcess(specification, request, into, out);
        out.result(EvaluationSummary.of(result), result);
        return 0;
    }

    private EvaluationResult inProcess(
            EvaluationSpecification specification, EvaluationRequest request, Path into, Output out) {
        if (specification.image() != null) {
            out.note("The image is not used: the command runs on this machine, and in pods with --backend kubernetes");
        }
        try (LocalSession opened = session.openLocal(host);
                TrainingPrinter printer = new TrainingPrinter(out)) {
            return new EvaluationRun(EvaluationServices.of(opened.services(), new ProcessBackend(host.environment())))
                    .run(specification, request, into, printer);
        }
    }

    private EvaluationResult onCluster(
            EvaluationSpecification specification, EvaluationRequest request, UUID id, Path into, Output out) {
        try (ClusterSession opened = session.open(host, into);
                TrainingPrinter printer = new TrainingPrinter(out);
                ClusterEvaluation evaluation =
                        ClusterEvaluation.start(specification, request, id, into, opened.services(), printer)) {
            new ClusterDriver(evaluation, "evaluation", opened.services(), printer, out).toEnd();
            return evaluation.result().orElseThrow();
        }
    }
}
