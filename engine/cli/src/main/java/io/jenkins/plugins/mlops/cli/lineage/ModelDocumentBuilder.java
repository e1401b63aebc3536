package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.lineage.ModelDocument.Artifact;
import io.jenkins.plugins.mlops.cli.lineage.ModelDocument.Dataset;
import io.jenkins.plugins.mlops.cli.lineage.ModelDocument.Parent;
import io.jenkins.plugins.mlops.cli.lineage.ModelDocument.Version;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Dossier;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import io.jenkins.plugins.mlops.core.lineage.Predicate;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import io.jenkins.plugins.mlops.core.lineage.Registration;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.core.rerun.OriginalTraining;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Puts together what the store and MLflow know of a model. */
final class ModelDocumentBuilder {

    private final LineageStore store;
    private final RegisteredModels registered;

    /** @param registered null when no MLflow server is named */
    ModelDocumentBuilder(LineageStore store, RegisteredModels registered) {
        this.store = store;
        this.registered = registered;
    }

    ModelDocument build(ModelLocator.Located located) {
        Dossier dossier = store.dossier(located.digest());
        List<Recorded<Provenance>> trainings = dossier.of(Provenance.class);
        Optional<Recorded<Provenance>> training = OriginalTraining.find(store, registered, located);
        Optional<Provenance> provenance = training.map(Recorded::predicate);
        List<Parent> parents = new ArrayList<>();
        provenance.ifPresent(known -> addParents(known, 1, parents, new HashSet<>(Set.of(located.digest()))));
        return new ModelDocument(
                located.digest(),
                versions(located),
                training.map(Recorded::record).orElse(null),
                trainings.size(),
                provenance.flatMap(ModelDocumentBuilder::commit).orElse(null),
                provenance
                        .flatMap(known -> known.dependencies(Provenance.SOURCE).findFirst())
                        .map(ResourceDescriptor::uri)
                        .orElse(null),
                provenance.map(ModelDocumentBuilder::datasets).orElse(List.of()),
                artifact(provenance, Provenance.IMAGE),
                artifact(provenance, Provenance.ENVIRONMENT),
                parents,
                provenance.map(ModelDocumentBuilder::run).orElse(null),
                provenance
                        .map(known -> known.buildDefinition().externalParameters())
                        .orElse(Map.of()),
                predicates(dossier, Evaluation.class),
                predicates(dossier, GateVerdict.class),
                predicates(dossier, Registration.class),
                predicates(dossier, Promotion.class),
                training.flatMap(known -> ModelFiles.of(known.statement()))
                        .map(ModelFiles::files)
                        .orElse(List.of()),
                gaps(dossier, provenance, parents),
                dossier.records().stream()
                        .map(known -> new ModelDocument.Record(
                                known.record(),
                                known.predicate().type(),
                                known.predicate().time()))
                        .toList());
    }

    private List<Version> versions(ModelLocator.Located located) {
        if (registered != null) {
            return located.versions().stream()
                    .map(version -> new Version(version.name(), version.version(), version.aliases()))
                    .toList();
        }
        return store.versions(located.digest()).stream()
                .map(version -> new Version(version.name(), version.version(), null))
                .toList();
    }

    private void addParents(Provenance of, int generation, List<Parent> parents, Set<Digest> seen) {
        for (ResourceDescriptor parent : of.dependencies(Provenance.PARENT).toList()) {
            Optional<Digest> digest = parent.digest(ResourceDescriptor.TREE);
            Optional<Provenance> known = digest.map(store::dossier).map(d -> d.of(Provenance.class)).stream()
                    .flatMap(List::stream)
                    .map(Recorded::predicate)
                    .reduce((earlier, later) -> later);
            parents.add(new Parent(
                    generation,
                    parent.uri(),
                    digest.orElse(null),
                    known.isPresent(),
                    known.flatMap(ModelDocumentBuilder::commit).orElse(null),
                    known.map(ModelDocumentBuilder::datasets).orElse(List.of())));
            if (digest.isPresent() && seen.add(digest.get())) {
                known.ifPresent(its -> addParents(its, generation + 1, parents, seen));
            }
        }
    }

    private static Optional<String> commit(Provenance provenance) {
        return provenance
                .dependencies(Provenance.SOURCE)
                .map(source -> source.digest().get(ResourceDescriptor.GIT_COMMIT))
                .findFirst();
    }

    private static List<Dataset> datasets(Provenance provenance) {
        return Stream.of(Provenance.TRAINING_DATA, Provenance.EVALUATION_DATA)
                .flatMap(role -> provenance.dependencies(role).map(dataset -> dataset(dataset, role)))
                .toList();
    }

    static Dataset dataset(ResourceDescriptor dataset, String role) {
        return new Dataset(
                role,
                dataset.name(),
                dataset.digest(ResourceDescriptor.TREE).map(Digest::toString).orElse(null),
                dataset.annotation("sourceId").orElse(null),
                dataset.uri(),
                number(dataset.annotations().get("files")),
                number(dataset.annotations().get("bytes")));
    }

    private static Long number(Object value) {
        return value instanceof Number number ? number.longValue() : null;
    }

    private static Artifact artifact(Optional<Provenance> provenance, String role) {
        return provenance
                .flatMap(known -> known.dependencies(role).findFirst())
                .map(artifact -> new Artifact(
                        artifact.uri() == null ? artifact.name() : artifact.uri(),
                        artifact.digest(ResourceDescriptor.SHA256)
                                .map(Digest::toString)
                                .orElse(null)))
                .orElse(null);
    }

    private static ModelDocument.Run run(Provenance provenance) {
        Optional<ResourceDescriptor> mlflow = provenance.mlflowRunResource();
        Provenance.RunDetails details = provenance.runDetails();
        return new ModelDocument.Run(
                provenance.mlflowRun().orElse(null),
                mlflow.map(ResourceDescriptor::uri).orElse(null),
                mlflow.flatMap(run -> run.annotation("experiment")).orElse(null),
                details.builder().id(),
                details.builder().version(),
                details.metadata().invocationId(),
                details.metadata().startedOn(),
                details.metadata().finishedOn());
    }

    private static <P extends Predicate> List<P> predicates(Dossier dossier, Class<P> kind) {
        return dossier.of(kind).stream().map(Recorded::predicate).toList();
    }

    private static List<String> gaps(Dossier dossier, Optional<Provenance> provenance, List<Parent> parents) {
        List<String> gaps = new ArrayList<>(provenance.map(Provenance::gaps).orElse(List.of()));
        if (provenance.isEmpty()) {
            gaps.add("no record says how the model came to be");
        }
        if (dossier.of(Evaluation.class).isEmpty()) {
            gaps.add("no evaluation is recorded");
        }
        for (Parent parent : parents) {
            if (!parent.recorded()) {
                gaps.add("no record says how its parent " + (parent.uri() == null ? parent.digest() : parent.uri())
                        + " came to be");
            }
        }
        return gaps;
    }
}
