package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.AuthorOption;
import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Derivation;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mlops dataset derive}. */
@Command(
        name = "derive",
        description = {
            "Record what a published dataset was made from.",
            "'mlops dataset publish --derived-from' does it while it publishes."
        },
        mixinStandardHelpOptions = true)
final class DeriveCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(paramLabel = "MANIFEST", description = "The dataset: a manifest, a file or an s3:// URL.")
    private String dataset;

    @Mixin
    private DerivationOptions derivation;

    @Mixin
    private EvidenceOptions evidence;

    @Mixin
    private LineageStoreOption lineageStore;

    @Mixin
    private AuthorOption author;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Mixin
    private OutputOptions output;

    /** The JSON document. @param derivation the record */
    private record Document(String name, Digest version, Digest derivation) {}

    DeriveCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        if (!derivation.isGiven()) {
            throw MlopsException.usage("What the dataset was made from is not named: give --derived-from");
        }
        DatasetReference reference = DatasetReference.ofManifest(dataset).relativeTo(host.directory());
        LineageStore lineage = lineageStore.open(host);
        Withdrawals withdrawals = evidence.withdrawals(host, servers, lineage);
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host))) {
            Datasets datasets = new Datasets(store, cache.cache(host), withdrawals);
            Manifest manifest = datasets.manifest(reference).orElseThrow();
            withdrawals.check(manifest);
            Derivation derived = derivation.derivation(
                    host, servers, datasets, lineage, withdrawals, author.by(host), Instant.now());
            lineage.keepManifest(manifest);
            Digest record = lineage.append(derived.statement(manifest.version()));
            output.output(host)
                    .result(
                            manifest.name() + " " + manifest.content() + "\n  derivation recorded as " + record,
                            new Document(manifest.name(), manifest.content(), record));
            return 0;
        }
    }
}
