package io.jenkins.plugins.mlops.cli.evidence;

import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops evidence status}. */
@Command(
        name = "status",
        description = "Say which evidence store it is, how far its log goes, what protects it, and who signs.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private EvidenceOptions evidence;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private OutputOptions output;

    StatusCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (EvidenceStore store = evidence.require(host, servers)) {
            EvidenceStatus status = EvidenceStatus.of(store);
            output.output(host).result(status.text(), status);
        }
        return 0;
    }
}
