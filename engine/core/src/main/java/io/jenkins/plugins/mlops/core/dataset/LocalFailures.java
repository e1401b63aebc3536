package io.jenkins.plugins.mlops.core.dataset;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Says in words what a file system refused; Java's own messages are often a bare path. */
final class LocalFailures {

    private LocalFailures() {}

    static String reason(IOException e) {
        if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + " does not exist or its name cannot be read in this locale";
        }
        if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + " may not be read or written by this user";
        }
        if (e instanceof FileSystemException file) {
            return file.getFile() + ": "
                    + (file.getReason() == null ? e.getClass().getSimpleName() : file.getReason());
        }
        return String.valueOf(e.getMessage());
    }
}
