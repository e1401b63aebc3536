package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.evidence.EvidenceSync;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops lineage rebuild}: makes the local store anew. */
@Command(
        name = "rebuild",
        description =
                "Make the local records, manifests and index anew from the evidence store; what is here alone stays.",
        mixinStandardHelpOptions = true)
final class RebuildCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private LineageOptions lineage;

    @Mixin
    private OutputOptions output;

    RebuildCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (EvidenceStore evidence = lineage.requireEvidence(host)) {
            return SyncOutput.print(output.output(host), new EvidenceSync(evidence, lineage.store(host)).rebuild());
        }
    }
}
