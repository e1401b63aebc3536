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
import io.jenkins.plugins.mlops.core.gate.Measurement;
import io.jenkins.plugins.mlops.core.gate.RuleSet;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
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
            description = "The candidate's metrics.json or evaluation.json.")
    private Path metrics;

    @Option(names = "--rules", required = true, paramLabel = "FILE", description = "The rules, YAML or JSON.")
    private Path rules;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "The champion's metrics.json or evaluation.json; wins over --model.")
    private Path baseline;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "The registered model whose champion 'baseline: champion' means, looked up in MLflow.")
    private String model;

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
        Digest report = GateReports.digest(result);
        if (reportDirectory != null) {
            GateReports.write(result, host.resolve(reportDirectory));
            out.note("reports in " + reportDirectory + "; the digest of " + GateReports.JSON_FILE + " is " + report);
        }
        record(result, report, out);
        out.result(GateReports.text(result), GateDocument.of(result));
        return exitCode(result);
    }

    /** Keeps the verdict in the lineage of the candidate, when the candidate says which model it is. */
    private void record(GateResult result, Digest report, Output out) {
        Digest candidate = result.candidate().model();
        if (candidate == null) {
            if (lineageStore.isGiven(host)) {
                out.note("the candidate's file does not say which model it is: no lineage record is kept of this gate");
            }
            return;
        }
        Digest baselineDigest = result.baselines().isEmpty()
                ? null
                : result.baselines().get(0).measurement().digest();
        GateVerdict verdict = GateVerdict.of(
                result.verdict().toString(),
                report,
                result.ruleDigest(),
                result.candidate().digest(),
                baselineDigest,
                result.summary(),
                Instant.now());
        try {
            lineageStore.open(host).append(verdict.statement(candidate));
        } catch (MlopsException e) {
            if (lineageStore.isGiven(host) || e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            out.note("no lineage record is kept of this gate: " + e.getMessage());
        }
    }

    private GateResult evaluate() {
        Gate gate = gate();
        Measurement candidate = read(metrics);
        Measurement champion = baseline == null ? null : read(baseline);
        Path directory = Objects.requireNonNull(host.resolve(rules).getParent(), "a file has a directory");
        try (LazyRuns runs = new LazyRuns(host, servers)) {
            return gate.evaluate(candidate, new Baselines(directory, champion, model, runs));
        }
    }

    private Gate gate() {
        Path file = host.resolve(rules);
        RuleSet ruleSet = RuleSet.read(file);
        try {
            return new Gate(ruleSet, rules.toString(), Digest.of(file));
        } catch (IOException e) {
            throw MlopsException.usage("The file " + rules + " cannot be read: " + e.getMessage(), e);
        }
    }

    private Measurement read(Path file) {
        return Measurement.read(host.resolve(file), file.toString());
    }

    private static int exitCode(GateResult result) {
        return switch (result.verdict()) {
            case PASS -> 0;
            case FAIL -> MlopsException.Kind.GATE_FAILED.exitCode();
            case INCONCLUSIVE -> MlopsException.Kind.INCONCLUSIVE.exitCode();
        };
    }
}
