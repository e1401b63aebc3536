package io.jenkins.plugins.mlops.core.audit;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Checks whether what a model's records speak of is still there and unchanged: its datasets in the object store, its image in its
 * registry, its files and its run in MLflow. A check that cannot be made, since a server is not named, away or does not let us in, is
 * UNKNOWN with the reason. Not thread-safe.
 */
public final class DeepVerification {

    private final LineageStore lineage;
    private final DatasetAudit datasets;
    private final ImageAudit images;
    private final MlflowAudit mlflow;

    /** @param mlflow null when no MLflow server is named */
    public DeepVerification(LineageStore lineage, DatasetAudit datasets, ImageAudit images, MlflowAudit mlflow) {
        this.lineage = lineage;
        this.datasets = datasets;
        this.images = images;
        this.mlflow = mlflow;
    }

    public List<Check> verify(ModelLocator.Located model) {
        List<Check> checks = new ArrayList<>();
        List<Recorded<Provenance>> provenance = lineage.dossier(model.digest()).of(Provenance.class);
        Map<String, ResourceDescriptor> data = new LinkedHashMap<>();
        Map<String, ResourceDescriptor> pulled = new LinkedHashMap<>();
        for (Recorded<Provenance> recorded : provenance) {
            Provenance how = recorded.predicate();
            how.dependencies(Provenance.TRAINING_DATA).forEach(set -> data.put(name(set) + set.digest(), set));
            how.dependencies(Provenance.EVALUATION_DATA).forEach(set -> data.put(name(set) + set.digest(), set));
            how.dependencies(Provenance.IMAGE).forEach(image -> pulled.put(image.uri() + image.digest(), image));
        }
        data.values().forEach(set -> checks.add(guarded("dataset", name(set), () -> datasets.check(set))));
        pulled.values().forEach(image -> checks.add(guarded("image", image.uri(), () -> images.check(image))));
        if (mlflow == null) {
            checks.add(
                    new Check("files", model.digest().toString(), Outcome.UNKNOWN, "no MLflow server is named to ask"));
        } else {
            mlflow.check(model, provenance, lineage.dossier(model.digest()), checks);
        }
        return checks;
    }

    private static String name(ResourceDescriptor set) {
        String name = set.name() != null ? set.name() : set.uri();
        return name
                + set.digest(ResourceDescriptor.TREE)
                        .map(Digest::toString)
                        .map(id -> " " + id)
                        .orElse("");
    }

    /** What comes from a server that is away, or does not let us in, is not known. */
    static Check guarded(String check, String subject, Supplier<Check> work) {
        try {
            return work.get();
        } catch (MlopsException e) {
            return switch (e.kind()) {
                case INTERRUPTED -> throw e;
                case FAILED -> new Check(check, subject, Outcome.FAILED, e.getMessage());
                default -> new Check(check, subject, Outcome.UNKNOWN, e.getMessage());
            };
        }
    }
}
