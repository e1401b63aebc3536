package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.evidence.EvidenceSync;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops lineage sync}: brings what others have recorded. */
@Command(
        name = "sync",
        description =
                "Fetch the records and manifests that the evidence store has beyond the local store, by following its log.",
        mixinStandardHelpOptions = true)
final class SyncCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private LineageOptions lineage;

    @Mixin
    private OutputOptions output;

    SyncCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (EvidenceStore evidence = lineage.requireEvidence(host)) {
            return SyncOutput.print(output.output(host), new EvidenceSync(evidence, lineage.store(host)).sync());
        }
    }
}
