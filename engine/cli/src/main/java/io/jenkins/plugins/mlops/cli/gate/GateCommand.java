package io.jenkins.plugins.mlops.cli.gate;

import io.jenkins.plugins.mlops.cli.Host;
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
import io.jenkins.plugins.mlops.core.gate.RunBaselines;
import java.io.IOException;
import java.nio.file.Path;
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
    private OutputOptions output;

    GateCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Output out = output.output(host);
        GateResult result = gate().evaluate(read(metrics), baselines());
        if (reportDirectory != null) {
            Digest digest = GateReports.write(result, host.resolve(reportDirectory));
            out.note("reports in " + reportDirectory + " (gate.json is " + digest + ")");
        }
        out.result(GateReports.text(result), GateDocument.of(result));
        return exitCode(result);
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

    private Baselines baselines() {
        Path directory = Objects.requireNonNull(host.resolve(rules).getParent(), "a file has a directory");
        return new Baselines(directory, baseline == null ? null : read(baseline), model, this::runs);
    }

    private RunBaselines runs() {
        throw MlopsException.usage("not wired");
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
