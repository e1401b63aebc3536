package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import java.io.IOException;
import java.nio.file.Path;

/** A manifest that a command leaves in a file and tells of. */
record WrittenManifest(Manifest manifest, Path file) {

    private record Document(String version, String source, String manifest, long files, long bytes) {}

    void write(Output printer) {
        try {
            manifest.write(file);
        } catch (IOException e) {
            throw MlopsException.failed("The manifest cannot be written to " + file + ": " + e.getMessage(), e);
        }
        printer.result(
                manifest.name() + " " + manifest.content() + "\n  " + file + "\n  "
                        + Amounts.filesAndBytes(manifest.files(), manifest.bytes()),
                new Document(
                        manifest.content().toString(),
                        manifest.source().id(),
                        file.toString(),
                        manifest.files(),
                        manifest.bytes()));
    }
}
