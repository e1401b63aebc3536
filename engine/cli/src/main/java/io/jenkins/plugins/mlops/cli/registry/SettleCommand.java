package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
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

/** {@code mlops model settle}. */
@Command(
        name = "settle",
        description = "Finish a promotion or rollback that was interrupted, as the next one would.",
        mixinStandardHelpOptions = true)
final class SettleCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(index = "0", paramLabel = "NAME", description = "The registered model.")
    private String name;

    @Option(
            names = "--alias",
            paramLabel = "ALIAS",
            defaultValue = "champion",
            description = "The alias to settle (${DEFAULT-VALUE}).")
    private String alias;

    @Mixin
    private RegistryOptions registry;

    @Mixin
    private OutputOptions output;

    SettleCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (MlflowServer server = registry.connect(host);
                EvidenceStore evidence = registry.evidence(host)) {
            AliasMove move = new Promoter(server, registry.lineage(host), Clock.systemUTC(), evidence)
                    .settle(name, alias)
                    .orElseThrow(() -> MlopsException.usage("Nobody has promoted " + name + " to " + alias
                            + " by mlops, so there is nothing to settle"));
            AliasMoveOutput.print(output.output(host), "Settled", move);
            return 0;
        }
    }
}
