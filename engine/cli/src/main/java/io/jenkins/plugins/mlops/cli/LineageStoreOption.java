package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where lineage records are kept; mix in with {@code @Mixin LineageStoreOption lineageStore}. */
public final class LineageStoreOption {

    @Option(
            names = "--lineage-store",
            paramLabel = "DIR",
            description = "Lineage records; else MLOPS_LINEAGE_DIR, else $XDG_DATA_HOME/mlops/lineage"
                    + " (~/.local/share/mlops/lineage).")
    private Path directory;

    public LineageStore open(Host host) {
        return LineageStore.open(
                host.resolve(directory != null ? directory : LineageStore.defaultDirectory(host.environment())));
    }

    /** Whether the user said where, by the option or by MLOPS_LINEAGE_DIR. */
    public boolean isGiven(Host host) {
        return directory != null || host.variable("MLOPS_LINEAGE_DIR") != null;
    }
}
