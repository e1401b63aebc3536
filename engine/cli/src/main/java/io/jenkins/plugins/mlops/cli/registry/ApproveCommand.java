package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.Approval;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.registry.Approvals;
import io.jenkins.plugins.mlops.core.registry.GateEvidence;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops model approve}. */
@Command(
        name = "approve",
        description =
                "Approve that an alias moves to a version, for what one gate report says; another report voids it.")
final class ApproveCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(index = "0", paramLabel = "NAME", description = "The registered model.")
    private String name;

    @Option(names = "--version", required = true, paramLabel = "V", description = "The version to approve.")
    private int version;

    @Option(
            names = "--alias",
            paramLabel = "ALIAS",
            defaultValue = "champion",
            description = "The alias that may move to it (${DEFAULT-VALUE}).")
    private String alias;

    @Option(
            names = "--gate-report",
            required = true,
            paramLabel = "FILE",
            description = "The gate.json that was looked at; the approval is for these bytes.")
    private Path gateReport;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private String reason;

    @Mixin
    private HelpOption help;

    @Mixin
    private RegistryOptions registry;

    @Mixin
    private OutputOptions output;

    ApproveCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        GateEvidence gate = GateEvidence.read(host.resolve(gateReport));
        try (MlflowServer server = registry.connect(host);
                EvidenceStore evidence = registry.evidence(host)) {
            ModelVersion found = server.version(name, version)
                    .orElseThrow(() -> MlopsException.usage("The model " + name + " has no version " + version
                            + ": 'mlops model show " + name + "' lists them"));
            Recorded<Approval> given = new Approvals(registry.lineage(host), evidence)
                    .approve(found, alias, gate, registry.by(host), reason, Instant.now());
            print(given, gate);
            return 0;
        }
    }

    private void print(Recorded<Approval> given, GateEvidence gate) {
        Approval approval = given.predicate();
        if (!gate.passed()) {
            output.output(host)
                    .note("note: the gate did not pass (" + gate.verdict() + "), so a promotion needs an override");
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", approval.name());
        document.put("version", approval.version());
        document.put("alias", approval.alias());
        document.put("gate", approval.gate());
        document.put("by", approval.by());
        document.put("reason", approval.reason());
        document.put("at", approval.approvedOn());
        document.put("record", given.record());
        output.output(host)
                .result(
                        "Approved " + approval.name() + ": " + approval.alias() + " may be version "
                                + approval.version()
                                + ", by " + approval.by() + "\n  gate report " + approval.gate() + "\n  record "
                                + given.record(),
                        document);
    }
}
