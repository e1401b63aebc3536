package io.jenkins.plugins.mlops.event;

import io.jenkins.plugins.mlops.cache.AgentCache;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.event.PublishedEvent;
import io.jenkins.plugins.mlops.core.store.ObjectStore;

/** Whether what a notification says to be a published version is one. */
final class PublishedManifest {

    private PublishedManifest() {}

    /**
     * Reads the manifest.
     *
     * @param store name of the object store
     * @throws MlopsException as {@link Datasets#resolve} says; of kind FAILED when it is not there yet, and REFUSED when it is the manifest
     *     of something else than its address says
     */
    static void require(String store, PublishedEvent event) {
        DatasetVersion version;
        try (ObjectStore connection =
                ObjectStore.connect(MlopsConfiguration.get().objectStore(store).settings(null))) {
            version = new Datasets(connection, DatasetCache.at(AgentCache.ofController()))
                    .resolve(DatasetReference.ofManifest(event.manifest().toString()));
        }
        if (!event.content().equals(version.contentId()) || !event.name().equals(version.name())) {
            throw MlopsException.refused(event.manifest() + " is the manifest of " + version.name() + " "
                    + version.contentId() + ", and not of what its address says");
        }
    }
}
