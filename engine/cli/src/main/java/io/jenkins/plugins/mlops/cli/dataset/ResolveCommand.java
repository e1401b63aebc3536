package io.jenkins.plugins.mlops.cli.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.KeyOptions;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.card.CardJournal;
import io.jenkins.plugins.mlops.core.card.CardPlace;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops dataset resolve}. */
@Command(
        name = "resolve",
        description = {
            "Say which version of a dataset is meant, without moving its data.",
            "The version of a prefix is known only when this cache read the same state before."
        },
        mixinStandardHelpOptions = true)
final class ResolveCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Mixin
    private SourceOptions source;

    @Mixin
    private KeyOptions keys;

    ResolveCommand(Host host) {
        this.host = host;
    }

    /** @param card of a published version, null for none */
    private record Document(
            String name,
            String source,
            String uri,
            String version,
            long files,
            long bytes,
            @JsonInclude(JsonInclude.Include.NON_NULL) CardText.Document card) {}

    @Override
    public Integer call() {
        DatasetReference reference = source.reference(host);
        Output out = output.output(host);
        DatasetVersion version;
        CardText.Document card = null;
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host))) {
            version = new Datasets(store, cache.cache(host)).resolve(reference);
            if (out.isJson()) {
                card = card(reference, version, store, out);
            }
        }
        String content =
                version.contentId() == null ? null : version.contentId().toString();
        String text = version.name() + " " + (content == null ? "(version not known yet)" : content) + "\n  "
                + version.sourceId() + "\n  " + version.source() + "\n  "
                + Amounts.filesAndBytes(version.files(), version.bytes());
        out.result(
                text,
                new Document(
                        version.name(),
                        version.sourceId(),
                        version.source(),
                        content,
                        version.files(),
                        version.bytes(),
                        card));
        return 0;
    }

    /** A version is known without its card, too: who may not read that is told so. */
    private CardText.Document card(DatasetReference reference, DatasetVersion version, ObjectStore store, Output out) {
        try {
            return CardPlace.of(reference, version)
                    .flatMap(place -> new CardJournal(store, place, keys.keys(host))
                            .current()
                            .map(revision -> CardText.Document.of(revision, place)))
                    .orElse(null);
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            out.note("The card is not known: " + e.getMessage());
            return null;
        }
    }
}
