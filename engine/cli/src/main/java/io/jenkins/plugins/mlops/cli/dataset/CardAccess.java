package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.KeyOptions;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.card.CardJournal;
import io.jenkins.plugins.mlops.core.card.CardPlace;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.util.function.BiFunction;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Whose card a command is about. */
final class CardAccess {

    @Parameters(paramLabel = "MANIFEST", description = "A published version: its manifest, an s3:// URL or a copy.")
    private String manifest;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Mixin
    private KeyOptions keys;

    <T> T with(Host host, BiFunction<CardJournal, CardPlace, T> work) {
        DatasetReference reference = DatasetReference.ofManifest(manifest).relativeTo(host.directory());
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host))) {
            CardPlace place = CardPlace.require(reference, new Datasets(store, cache.cache(host)).resolve(reference));
            return work.apply(new CardJournal(store, place, keys.keys(host)), place);
        }
    }
}
