package io.jenkins.plugins.mlops.cli.gate;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.gate.Baselines;
import io.jenkins.plugins.mlops.core.gate.Gate;
import io.jenkins.plugins.mlops.core.gate.GateDocument;
import io.jenkins.plugins.mlops.core.gate.GateReports;
import io.jenkins.plugins.mlops.core.gate.GateResult;
import io.jenkins.plugins.mlops.core.gate.InputFile;
import io.jenkins.plugins.mlops.core.gate.LazyRuns;
import io.jenkins.plugins.mlops.core.gate.Measurement;
import io.jenkins.plugins.mlops.core.gate.Wanted;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops gate}: holds a candidate's metrics against rules. */
@Command(
        name = "gate",
        description = "Hold a candidate's metrics against rules; exit code 0, 3 or 6 for pass, fail or inconclusive.",
        mixinStandardHelpOptions = true)
public final class GateCommand implements Callable<Integer> {

    private final Host host;

    @Option(
            names = "--metrics",
            required = true,
            paramLabel = "FILE",
            description =
                    "The candidate's metrics.json or evaluation.json; given again, what other seeds of it gave, for"
                            + " rules with 'seeds'.")
    private List<Path> metrics;

    @Option(names = "--rules", required = true, paramLabel = "FILE", description = "The rules, YAML or JSON.")
    private Path rules;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description =
                    "The champion's metrics.json or evaluation.json, and those of its other seeds; wins over --model.")
    private List<Path> baseline = List.of();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "The registered model whose champion 'baseline: champion' means, looked up in MLflow.")
    private String model;

    @Option(
            names = "--model-digest",
            paramLabel = "DIGEST",
            description = "Content id of the model that is to be judged: a record of another model is refused.")
    private String modelDigest;

    @Option(
            names = "--run",
            paramLabel = "ID",
            description = "The MLflow run whose model is to be judged: a record of another model is refused.")
    private String run;

    @Option(
            names = "--evaluation-set",
            paramLabel = "ID",
            description = "Content id or source id of the set that the candidate must be measured on; wins over the"
                    + " rules' evaluation_set.")
    private String evaluationSet;

    @Option(
            names = "--report-dir",
            paramLabel = "DIR",
            description = "Write gate.json, gate.md, gate.xml (JUnit) and gate.html there.")
    private Path reportDirectory;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private LineageStoreOption lineageStore;

    @Mixin
    private OutputOptions output;

    GateCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Output out = output.output(host);
        GateResult result = evaluate();
        if (reportDirectory != null) {
            GateReports.write(result, host.resolve(reportDirectory));
            out.note("reports in " + reportDirectory + "; the digest of " + GateReports.JSON_FILE + " is "
                    + GateReports.digest(result));
        }
        record(result, out);
        out.result(GateReports.text(result), GateDocument.of(result));
        return exitCode(result);
    }

    /** Keeps the verdict in the lineage of the candidate, when the candidate says which model it is. */
    private void record(GateResult result, Output out) {
        Optional<Statement> statement = GateReports.statement(result, Instant.now());
        if (statement.isEmpty()) {
            if (lineageStore.isGiven(host)) {
                out.note("the candidate's file does not say which model it is: no lineage record is kept of this gate");
            }
            return;
        }
        try {
            lineageStore.open(host).append(statement.get());
        } catch (MlopsException e) {
            if (lineageStore.isGiven(host) || e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            out.note("no lineage record is kept of this gate: " + e.getMessage());
        }
    }

    private GateResult evaluate() {
        Gate gate = Gate.of(read(rules));
        Measurement candidate = measurement(metrics);
        Measurement champion = baseline.isEmpty() ? null : measurement(baseline);
        Wanted wanted = wanted();
        Path directory = Objects.requireNonNull(host.resolve(rules).getParent(), "a file has a directory");
        try (LazyRuns runs =
                new LazyRuns(() -> MlflowServer.connect(servers.mlflow(host), servers.objectStore(host)))) {
            return gate.evaluate(
                    candidate,
                    new Baselines(path -> InputFile.read(directory.resolve(path), path), champion, model, runs),
                    wanted);
        }
    }

    /** The first file, with the others as its seeds. */
    private Measurement measurement(List<Path> files) {
        List<Measurement> all =
                files.stream().map(file -> Measurement.of(read(file))).toList();
        return all.get(0).withSeeds(all.subList(1, all.size()));
    }

    private Wanted wanted() {
        if (modelDigest != null && run != null) {
            throw MlopsException.usage("--model-digest and --run both say which model is meant: give one of them");
        }
        if (modelDigest != null) {
            return new Wanted(Digest.parse(modelDigest), "the model that --model-digest names", evaluationSet);
        }
        if (run == null) {
            return new Wanted(null, null, evaluationSet);
        }
        try (MlflowServer server = MlflowServer.connect(servers.mlflow(host), servers.objectStore(host))) {
            return Wanted.ofRun(server, run, evaluationSet);
        }
    }

    private InputFile read(Path file) {
        return InputFile.read(host.resolve(file), file.toString());
    }

    private static int exitCode(GateResult result) {
        return switch (result.verdict()) {
            case PASS -> 0;
            case FAIL -> MlopsException.Kind.GATE_FAILED.exitCode();
            case INCONCLUSIVE -> MlopsException.Kind.INCONCLUSIVE.exitCode();
        };
    }
}
