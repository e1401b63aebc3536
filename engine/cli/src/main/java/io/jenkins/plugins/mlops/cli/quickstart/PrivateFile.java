package io.jenkins.plugins.mlops.cli.quickstart;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A file that holds a secret: nobody but its owner may ever read it. */
final class PrivateFile {

    private PrivateFile() {}

    /** Writes a new file. */
    static void write(Path file, String text) {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw MlopsException.failed("The file " + file + " cannot be written: " + e, e);
        }
    }
}
