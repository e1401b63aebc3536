package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.document.Documents;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code mlops.yaml} of the working directory. It may come from a repository, so it is trusted least: options and the
 * environment win over it, and it has no key for a credential.
 *
 * @param s3 null when absent
 * @param mlflow null when absent
 * @param evidence null when absent
 * @param require null when absent; unlike the rest it cannot be undone by an option or the environment
 */
public record ConfigurationFile(S3 s3, Mlflow mlflow, Evidence evidence, Require require) {

    static final String NAME = "mlops.yaml";

    /** Where the object store is. */
    public record S3(URI endpoint, String region) {}

    /** Where the MLflow server is. */
    public record Mlflow(URI trackingUri) {}

    /** Where the evidence store is. @param uri in a bucket @param endpoint null for the object store's */
    public record Evidence(URI uri, URI endpoint) {}

    /** What trainings must keep to. @param anonymised whether their datasets must be anonymised */
    public record Require(boolean anonymised) {}

    /** Reads the host directory's file; an empty configuration when there is none. */
    public static ConfigurationFile of(Host host) {
        Path file = host.directory().resolve(NAME);
        return Files.exists(file)
                ? Documents.read(file, ConfigurationFile.class)
                : new ConfigurationFile(null, null, null, null);
    }
}
