package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** The directory of this product below the working directory, hidden from Git. */
public final class OwnDirectory {

    private static final String NAME = ".mlops";

    private OwnDirectory() {}

    /** Where something new may be made; not made by this. @param kind such as {@code runs} */
    public static Path of(Host host, String kind, UUID id) {
        Path own = host.directory().resolve(NAME);
        try {
            Path ignore = own.resolve(".gitignore");
            if (!Files.exists(ignore)) {
                Documents.writeAtomically(ignore, "*\n");
            }
        } catch (IOException e) {
            throw MlopsException.failed(
                    "The directory " + own + " cannot be written: " + e.getMessage() + ", give --run-dir", e);
        }
        return own.resolve(kind).resolve(id.toString());
    }
}
