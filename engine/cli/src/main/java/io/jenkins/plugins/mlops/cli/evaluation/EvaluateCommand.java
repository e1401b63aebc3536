package io.jenkins.plugins.mlops.cli.evaluation;

import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.OwnDirectory;
import io.jenkins.plugins.mlops.cli.OwnObjectStore;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.cli.dataset.CacheOptions;
import io.jenkins.plugins.mlops.cli.training.PulledDatasets;
import io.jenkins.plugins.mlops.cli.training.TrainingPrinter;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationRequest;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationResult;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationRun;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationServices;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationSpecification;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.core.training.ProcessBackend;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.nio.file.Path;
import java.util.Locale;
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

    @Mixin
    private LineageStoreOption lineageStore;

    @Mixin
    private EvidenceOptions evidence;

    @Mixin
    private CacheOptions cache;

    @Mixin
    private ServerOptions servers;

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
        Path into =
                directory == null ? OwnDirectory.of(host, "evaluations", UUID.randomUUID()) : host.resolve(directory);
        Output out = output.output(host);
        LineageStore lineage = lineageStore.open(host);
        Withdrawals withdrawals = evidence.withdrawals(host, servers, lineage);
        try (MlflowServer server = MlflowServer.connect(servers.mlflow(host), servers.objectStore(host));
                PulledDatasets pulled = new PulledDatasets(
                        OwnObjectStore.EVALUATION.settings(host, servers, null), cache.cache(host), withdrawals);
                TrainingPrinter printer = new TrainingPrinter(out)) {
            EvaluationResult result = new EvaluationRun(new EvaluationServices(
                            pulled, server, server, lineage, withdrawals, new ProcessBackend(host.environment())))
                    .run(specification, request, into, printer);
            out.result(text(result), result);
            return 0;
        }
    }

    private static String text(EvaluationResult result) {
        String next = "mlops gate --rules RULES --metrics " + result.candidate().evaluation();
        return String.format(
                Locale.ROOT,
                "Evaluated on %s (%s)%n%s%s  next       %s%n",
                result.evaluationSet().name(),
                result.evaluationSet().contentId(),
                line("candidate", result.candidate()),
                result.champion() == null ? "" : line("champion", result.champion()),
                result.champion() == null
                        ? next
                        : next + " --baseline " + result.champion().evaluation());
    }

    private static String line(String role, EvaluationResult.Measured measured) {
        return String.format(
                Locale.ROOT,
                "  %-10s %s, %s%s%n             %s%n",
                role,
                measured.model(),
                measured.digest(),
                measured.reused() ? ", measured before" : "",
                measured.evaluation());
    }
}
