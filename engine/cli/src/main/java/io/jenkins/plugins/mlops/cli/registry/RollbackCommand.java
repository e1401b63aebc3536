package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.registry.AliasMove;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.Promoter;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops model rollback}. */
@Command(
        name = "rollback",
        description = "Move an alias back to the version that the present one replaced.",
        mixinStandardHelpOptions = true)
final class RollbackCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(index = "0", paramLabel = "NAME", description = "The registered model.")
    private String name;

    @Option(
            names = "--alias",
            paramLabel = "ALIAS",
            defaultValue = "champion",
            description = "The alias to move (${DEFAULT-VALUE}).")
    private String alias;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private String reason;

    @Mixin
    private RegistryOptions registry;

    @Mixin
    private OutputOptions output;

    RollbackCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (MlflowServer server = registry.connect(host);
                EvidenceStore evidence = registry.evidence(host)) {
            AliasMove move = new Promoter(server, registry.lineage(host), Clock.systemUTC(), evidence)
                    .rollback(name, alias, null, reason, registry.by(host));
            AliasMoveOutput.print(output.output(host), "Rolled back", move);
            return 0;
        }
    }
}
