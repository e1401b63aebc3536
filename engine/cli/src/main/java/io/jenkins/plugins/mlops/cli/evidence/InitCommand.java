package io.jenkins.plugins.mlops.cli.evidence;

import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops evidence init}. */
@Command(
        name = "init",
        description = {
            "Make an evidence store, after a probe that the place honours conditional writes.",
            "A store that is there stays as it is."
        },
        mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private EvidenceOptions evidence;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private OutputOptions output;

    InitCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (EvidenceStore store = evidence.require(host, servers)) {
            store.init(Clock.systemUTC());
            EvidenceStatus status = EvidenceStatus.of(store);
            output.output(host).result(status.text(), status);
        }
        return 0;
    }
}
