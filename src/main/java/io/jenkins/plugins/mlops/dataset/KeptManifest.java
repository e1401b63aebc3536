package io.jenkins.plugins.mlops.dataset;

import hudson.FilePath;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Brings the manifest of a dataset to the controller, so that a single file can be asked for after the workspace is gone. */
final class KeptManifest {

    private KeptManifest() {}

    /** @param manifest on the agent */
    static void keep(FilePath manifest, Digest content) throws IOException, InterruptedException {
        LineageStore store = ControllerLineage.store();
        if (store.holdsManifest(content)) {
            return;
        }
        Path copy = Files.createTempFile("mlops-manifest", ".json");
        try {
            manifest.copyTo(new FilePath(copy.toFile()));
            store.keepManifest(copy, content);
        } finally {
            Files.deleteIfExists(copy);
        }
    }
}
