package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A directory of files that are named by a digest, {@code <64 hex>.json}, and never change: the records, or the manifests. A
 * file appears whole or not at all.
 */
record StoreFiles(Path directory) {

    private static final String SUFFIX = ".json";

    /** What lies in the directory. @param foreign names that no digest gives; a hidden file is one being written */
    record Listing(List<Digest> files, List<String> foreign) {}

    static String name(Digest digest) {
        return digest.hex() + SUFFIX;
    }

    Path file(Digest name) {
        return directory.resolve(name(name));
    }

    boolean holds(Digest name) {
        return Files.isRegularFile(file(name));
    }

    Listing list() throws IOException {
        Listing listing = new Listing(new ArrayList<>(), new ArrayList<>());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                String stem = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : "";
                if (Digest.isDigest("sha256:" + stem)) {
                    listing.files().add(new Digest(stem));
                } else if (!name.startsWith(".")) {
                    listing.foreign().add(name);
                }
            }
        } catch (NoSuchFileException e) {
            return listing; // nothing was kept yet
        } catch (NotDirectoryException e) {
            throw MlopsException.usage(directory + " is no directory, so it cannot be part of a lineage store", e);
        }
        return listing;
    }

    /** Keeps the bytes under the name, unless that is there. */
    void keep(Digest name, byte[] bytes) {
        guarded(name, file -> Documents.writeAtomically(file, bytes));
    }

    /** Keeps a document under the name, unless that is there; its text is never in memory. */
    void keepJson(Digest name, Object document) {
        guarded(name, file -> Documents.writeCompactJson(file, document));
    }

    /** Keeps a copy of a file under the name, unless that is there. */
    void keepFile(Digest name, Path from) {
        guarded(name, file -> {
            Files.createDirectories(directory);
            Path copy = directory.resolve("." + UUID.randomUUID() + ".tmp");
            try {
                Files.copy(from, copy);
                Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(copy);
            }
        });
    }

    /** Keeps the bytes under the name, whatever is there. */
    void replace(Digest name, byte[] bytes) {
        writing(file(name), file -> Documents.writeAtomically(file, bytes));
    }

    /** As {@link #replace(Digest, byte[])}, after a check of the bytes as a file, which throws when they are not what is wanted. */
    void replace(Digest name, byte[] bytes, Consumer<Path> check) {
        writing(file(name), file -> {
            Files.createDirectories(directory);
            Path aside = directory.resolve("." + UUID.randomUUID() + ".tmp");
            try {
                Documents.writeAtomically(aside, bytes);
                check.accept(aside);
                Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(aside);
            }
        });
    }

    /** The names of what lies there. */
    List<Digest> digests() {
        try {
            return list().files();
        } catch (IOException e) {
            throw MlopsException.failed("The lineage store's " + directory + " cannot be listed: " + e, e);
        }
    }

    @FunctionalInterface
    private interface Writing {
        void to(Path file) throws IOException;
    }

    private void guarded(Digest name, Writing writing) {
        if (!holds(name)) {
            writing(file(name), writing);
        }
    }

    private static void writing(Path file, Writing writing) {
        try {
            writing.to(file);
        } catch (IOException e) {
            throw MlopsException.failed(
                    "The lineage store's " + file + " cannot be written (" + e
                            + "): check its directory and free space",
                    e);
        }
    }
}
