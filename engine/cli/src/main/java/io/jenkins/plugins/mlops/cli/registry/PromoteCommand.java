package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.registry.AliasMove;
import io.jenkins.plugins.mlops.core.registry.GateEvidence;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.Promoter;
import io.jenkins.plugins.mlops.core.registry.PromotionRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops model promote}. */
@Command(name = "promote", description = "Move an alias to a version whose gate passed and whose lineage is complete.")
final class PromoteCommand implements Callable<Integer> {

    private static final String NONE = "none";

    private final Host host;

    @Parameters(index = "0", paramLabel = "NAME", description = "The registered model.")
    private String name;

    @Option(names = "--version", required = true, paramLabel = "V", description = "The version to promote.")
    private int version;

    @Option(
            names = "--alias",
            paramLabel = "ALIAS",
            defaultValue = "champion",
            description = "The alias to move (${DEFAULT-VALUE}).")
    private String alias;

    @Option(
            names = "--gate-report",
            paramLabel = "FILE",
            description =
                    "The gate.json of this version's gate; without it, or when it did not pass, the promotion is refused.")
    private Path gateReport;

    @Option(
            names = "--expect",
            paramLabel = "V|none",
            description = "Refuse unless the alias points to this version now.")
    private String expected;

    @Option(
            names = "--require-approval",
            arity = "0..1",
            paramLabel = "N",
            fallbackValue = "1",
            defaultValue = "0",
            description = "Refuse unless so many others (1) approved this very gate report by 'mlops model approve'.")
    private int approvals;

    @Option(names = "--override", description = "Promote although something speaks against it; wants --reason.")
    private boolean override;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private String reason;

    @Mixin
    private HelpOption help;

    @Mixin
    private RegistryOptions registry;

    @Mixin
    private OutputOptions output;

    PromoteCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        PromotionRequest request = new PromotionRequest(
                name,
                version,
                alias,
                gateReport == null ? null : GateEvidence.read(host.resolve(gateReport)),
                expectedVersion(),
                override,
                reason,
                registry.by(host),
                requiredApprovals());
        try (MlflowServer server = registry.connect(host);
                EvidenceStore evidence = registry.evidence(host)) {
            AliasMove move = new Promoter(server, registry.lineage(host), Clock.systemUTC(), evidence).promote(request);
            AliasMoveOutput.print(output.output(host), "Promoted", move);
            return 0;
        }
    }

    private int requiredApprovals() {
        if (approvals < 0) {
            throw MlopsException.usage("--require-approval wants a number from 0 on, not " + approvals);
        }
        return approvals;
    }

    private Integer expectedVersion() {
        if (expected == null) {
            return null;
        }
        if (expected.equals(NONE)) {
            return 0;
        }
        if (!expected.matches("[1-9][0-9]{0,8}")) {
            throw MlopsException.usage("--expect wants a version number or '" + NONE + "', not '" + expected + "'");
        }
        return Integer.valueOf(expected);
    }
}
