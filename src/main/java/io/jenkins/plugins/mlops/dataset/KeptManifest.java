package io.jenkins.plugins.mlops.dataset;

import com.google.common.io.ByteStreams;
import hudson.FilePath;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Brings the manifest of a dataset to the controller, so that a single file can be asked for after the workspace is gone. */
final class KeptManifest {

    /** What comes from an agent is bounded; this is room for some five million files. */
    private static final long MAX_BYTES = 1L << 30;

    private KeptManifest() {}

    /** @param manifest on the agent */
    static void keep(FilePath manifest, Digest content) throws IOException, InterruptedException {
        LineageStore store = ControllerLineage.store();
        if (store.holdsManifest(content)) {
            return;
        }
        Path copy = Files.createTempFile("mlops-manifest", ".json");
        try {
            copy(manifest, copy);
            store.keepManifest(copy, content);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** Brings a file of an agent here, such as a manifest, unless it is larger than any manifest that is kept. */
    static void copy(FilePath file, Path copy) throws IOException, InterruptedException {
        try (InputStream in = ByteStreams.limit(file.read(), MAX_BYTES + 1)) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.size(copy) > MAX_BYTES) {
            throw MlopsException.failed("The list of files " + file + " has more than " + Amounts.bytes(MAX_BYTES)
                    + ", which is more than the controller takes: split the dataset");
        }
    }
}
