package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Brings files to where pods can get them, by digest, so that the same ones are sent once. */
public final class CodeUpload {

    /** More than this is hardly code: most often data or an environment that lies in the work tree. */
    private static final long MAX_BYTES = 512L * 1024 * 1024;

    private CodeUpload() {}

    /**
     * Uploads code.
     *
     * @param files of the directory, relative to it
     * @param to S3 prefix, ends with a slash
     * @param scratch a directory that is nobody else's; what a killed process has left there is gone at once, and all of it afterwards
     * @return the manifest
     * @throws MlopsException of kind USAGE when there is too much
     */
    static S3Uri upload(Path directory, List<Path> files, ObjectStore store, S3Uri to, Path scratch)
            throws IOException {
        long bytes = 0;
        try {
            FileTree.delete(scratch);
            Files.createDirectories(scratch);
            for (Path file : files) {
                bytes += Files.size(directory.resolve(file));
                if (bytes > MAX_BYTES) {
                    throw MlopsException.usage(
                            "The code in " + directory + " has more than "
                                    + Amounts.bytes(MAX_BYTES)
                                    + ": let Git ignore what is no code, or put it into the image and set kubernetes.code to image");
                }
                Path copy = scratch.resolve(file);
                Files.createDirectories(Objects.requireNonNull(copy.getParent(), "a file in a directory"));
                Files.copy(directory.resolve(file), copy);
            }
            return publish(scratch, "code", store, to, ProgressListener.NONE);
        } finally {
            FileTree.delete(scratch);
        }
    }

    /**
     * Uploads a model, of any size.
     *
     * @param to S3 prefix, ends with a slash
     * @return the manifest
     */
    public static S3Uri model(Path directory, ObjectStore store, S3Uri to, ProgressListener progress) {
        return publish(directory, "model", store, to, progress);
    }

    private static S3Uri publish(Path directory, String name, ObjectStore store, S3Uri to, ProgressListener progress) {
        Manifest manifest = new Datasets(store, null)
                .publish(directory, name, to, PublishOptions.DEFAULT, progress)
                .manifest();
        S3Uri location = to.resolve("by-content/" + manifest.content().hex() + ".json");
        store.putIfAbsent(location, Documents.toJson(manifest).getBytes(StandardCharsets.UTF_8));
        return location;
    }
}
