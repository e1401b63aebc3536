package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.DigestArgument;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Derivation;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.core.training.ParentModel;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** What a dataset was made from, and how. */
final class DerivationOptions {

    private static final Pattern ROLE = Pattern.compile("([a-z][a-z0-9-]*)=(.+)");
    private static final String MODELS = "models:/";

    @Option(
            names = "--derived-from",
            paramLabel = "[ROLE=]REF",
            description =
                    "What the dataset was made from; may be given several times: a manifest, a pulled directory,"
                            + " s3://bucket/prefix, or models:/NAME/VERSION. ROLE says what it was to the step, such as labels.")
    private List<String> from = new ArrayList<>();

    @Option(
            names = "--without-group",
            paramLabel = "NAME",
            description = "A group of the inputs that was left out; may be given several times.")
    private Set<String> withoutGroups = new LinkedHashSet<>();

    @Option(
            names = "--without-file",
            paramLabel = "DIGEST-or-PATH",
            description =
                    "A file of the inputs that was left out, by its SHA-256 or a copy; may be given several times.")
    private Set<String> withoutFiles = new LinkedHashSet<>();

    @Option(names = "--step", paramLabel = "NAME", description = "What was done: crop, relabel, clean.")
    private String step;

    @Option(
            names = "--step-command",
            paramLabel = "WORD",
            description = "The program that did it and its arguments, the option before each.")
    private List<String> command = new ArrayList<>();

    @Option(
            names = "--step-image",
            paramLabel = "REPOSITORY@DIGEST",
            description = "The container image that it ran in: repository@sha256:HEX.")
    private String image;

    /** Whether inputs are named. */
    boolean isGiven() {
        return !from.isEmpty();
    }

    /** Refuses what says something about inputs when there are none. */
    void requireInputs() {
        if (from.isEmpty()
                && (step != null
                        || image != null
                        || !command.isEmpty()
                        || !withoutGroups.isEmpty()
                        || !withoutFiles.isEmpty())) {
            throw MlopsException.usage("What a step did is said without what it did it with: give --derived-from");
        }
    }

    /**
     * The derivation; manifests of its inputs are kept in the lineage store. The commit is that of the working directory.
     *
     * @throws MlopsException of kind REFUSED when withdrawn data goes on from an input
     */
    Derivation derivation(
            Host host,
            ServerOptions servers,
            Datasets datasets,
            LineageStore lineage,
            Withdrawals withdrawals,
            String by,
            Instant at) {
        Set<Digest> files = new LinkedHashSet<>();
        withoutFiles.forEach(file -> files.add(new DigestArgument(file).ofFile(host)));
        List<ResourceDescriptor> inputs = new ArrayList<>();
        for (String given : from) {
            Matcher named = ROLE.matcher(given);
            boolean hasRole = named.matches();
            String role = hasRole ? named.group(1) : Derivation.INPUT;
            String reference = hasRole ? named.group(2) : given;
            if (reference.startsWith(MODELS)) {
                inputs.add(model(host, servers, ModelReference.parse(reference), withdrawals));
                continue;
            }
            Optional<Manifest> manifest = manifest(host, datasets, reference);
            DatasetVersion version;
            if (manifest.isPresent()) {
                withdrawals.checkInput(manifest.get(), withoutGroups, files);
                lineage.keepManifest(manifest.get());
                version = manifest.get().version();
            } else {
                version = datasets.resolve(DatasetReference.parse(reference));
                withdrawals.check(version);
            }
            inputs.add(Derivation.dataset(version, role, withoutGroups, files));
        }
        return new Derivation(
                step,
                command,
                inputs,
                SourceRevision.of(host.directory())
                        .map(code -> Derivation.commit(
                                code.repository(), code.commit(), code.changes().size()))
                        .orElse(null),
                image == null ? null : Derivation.image(image),
                by,
                at);
    }

    private static Optional<Manifest> manifest(Host host, Datasets datasets, String reference) {
        DatasetReference dataset = DatasetReference.parse(reference).relativeTo(host.directory());
        if (dataset.manifest() != null && !dataset.manifest().contains("://")) {
            Optional<Manifest> pulled = Datasets.pulledInto(Path.of(dataset.manifest()));
            if (pulled.isPresent()) {
                return pulled;
            }
        }
        return datasets.manifest(dataset);
    }

    private static ResourceDescriptor model(
            Host host, ServerOptions servers, ModelReference reference, Withdrawals withdrawals) {
        try (MlflowServer server = MlflowServer.connect(servers.mlflow(host), servers.objectStore(host))) {
            ParentModel model = ParentModel.find(server, reference);
            if (model.digest() == null) {
                throw MlopsException.usage("Which files the model " + model.uri()
                        + " has is not known: it was registered without a digest, register it with mlops");
            }
            withdrawals.checkModel(model.uri(), model.digest());
            return Derivation.model(model.uri(), model.digest());
        }
    }
}
