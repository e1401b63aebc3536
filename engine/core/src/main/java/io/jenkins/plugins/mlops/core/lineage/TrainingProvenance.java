package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Collects the provenance of one training. What is not given is named as a gap where a model cannot be accounted for without
 * it: the commit, a training dataset, and the image or environment. Not thread-safe.
 */
public final class TrainingProvenance {

    private final ModelFiles model;
    private final Map<String, Object> external = new TreeMap<>();
    private final Map<String, Object> internal = new TreeMap<>();
    private final List<String> gaps = new ArrayList<>();
    private final List<ResourceDescriptor> dependencies = new ArrayList<>();
    private final List<ResourceDescriptor> byproducts = new ArrayList<>();
    private Provenance.Builder builder;
    private Provenance.Metadata metadata;

    TrainingProvenance(ModelFiles model) {
        this.model = model;
    }

    /** A part of what the user asked for, such as {@code command} or {@code params}; null adds nothing. */
    public TrainingProvenance external(String key, Object value) {
        return put(external, key, value);
    }

    /** A part of what the product added, such as {@code attempts}; null adds nothing. */
    public TrainingProvenance internal(String key, Object value) {
        return put(internal, key, value);
    }

    /** Something that is not known, as a phrase for people: "the work tree had uncommitted changes". */
    public TrainingProvenance gap(String what) {
        gaps.add(what);
        return this;
    }

    /**
     * The commit that was trained.
     *
     * @param repository as Git names the remote, or null; a password in it is not recorded
     * @param sha 40 or 64 lower-case hex digits
     */
    public TrainingProvenance commit(String repository, String sha) {
        dependencies.add(source(repository, sha));
        return this;
    }

    public TrainingProvenance trainingDataset(DatasetVersion dataset) {
        dependencies.add(dataset(dataset, Provenance.TRAINING_DATA));
        return this;
    }

    public TrainingProvenance evaluationDataset(DatasetVersion dataset) {
        dependencies.add(dataset(dataset, Provenance.EVALUATION_DATA));
        return this;
    }

    /** The container image that really ran, {@code repository@sha256:...} with the digest apart. */
    public TrainingProvenance image(String repository, Digest digest) {
        dependencies.add(imageOf(repository, digest));
        return this;
    }

    /**
     * What the training found installed, where there is no image.
     *
     * @param name the list's file name, such as {@code pip-freeze.txt}
     * @param digest of the list
     */
    public TrainingProvenance environment(String name, Digest digest) {
        dependencies.add(ResourceDescriptor.file(name, digest).with(ResourceDescriptor.ROLE, Provenance.ENVIRONMENT));
        return this;
    }

    /** The model that the training started from. @param uri {@code models:/NAME/VERSION} */
    public TrainingProvenance parent(String uri, Digest content) {
        dependencies.add(ResourceDescriptor.tree(Provenance.PARENT, content)
                .withUri(uri)
                .with(ResourceDescriptor.ROLE, Provenance.PARENT));
        return this;
    }

    /** Who ran it. @param id a URI @param version component to version */
    public TrainingProvenance builder(String id, Map<String, String> version) {
        builder = new Provenance.Builder(id, version);
        return this;
    }

    public TrainingProvenance run(String invocationId, Instant started, Instant finished) {
        metadata = new Provenance.Metadata(
                invocationId, started.truncatedTo(ChronoUnit.SECONDS), finished.truncatedTo(ChronoUnit.SECONDS));
        return this;
    }

    /** The MLflow run that the training logged to. @param url its page */
    public TrainingProvenance mlflowRun(String url, String experiment, String runId) {
        byproducts.add(new ResourceDescriptor(Provenance.MLFLOW_RUN, url, null, null, null, null)
                .with("experiment", experiment)
                .with("runId", runId));
        return this;
    }

    /** Something the run made besides the model, such as {@code evaluation.json}. */
    public TrainingProvenance byproduct(String name, Digest sha256) {
        byproducts.add(ResourceDescriptor.file(name, sha256));
        return this;
    }

    public Provenance provenance() {
        Objects.requireNonNull(builder, "builder");
        Objects.requireNonNull(metadata, "run");
        Map<String, Object> parameters = new TreeMap<>(internal);
        List<String> missing = allGaps();
        if (!missing.isEmpty()) {
            parameters.put(Provenance.GAPS, missing);
        }
        return new Provenance(
                new Provenance.BuildDefinition(Provenance.TRAINING, external, parameters, dependencies),
                new Provenance.RunDetails(builder, metadata, byproducts));
    }

    /** The statement: the provenance, about the model's files. */
    public Statement statement() {
        return Statement.about(model.subject(), provenance());
    }

    private List<String> allGaps() {
        List<String> all = new ArrayList<>(gaps);
        if (lacks(Provenance.SOURCE)) {
            all.add("the commit is not known");
        }
        if (lacks(Provenance.TRAINING_DATA)) {
            all.add("the training dataset is not known");
        }
        if (lacks(Provenance.IMAGE) && lacks(Provenance.ENVIRONMENT)) {
            all.add("neither image nor environment is known");
        }
        return all.stream().distinct().toList();
    }

    private boolean lacks(String role) {
        return dependencies.stream().noneMatch(dependency -> dependency.hasRole(role));
    }

    /** A commit as the lineage describes it. @param repository null for one without a remote */
    static ResourceDescriptor source(String repository, String sha) {
        return new ResourceDescriptor(
                        Provenance.SOURCE,
                        repository == null ? null : GitUri.of(repository),
                        Map.of(ResourceDescriptor.GIT_COMMIT, sha),
                        null,
                        null,
                        null)
                .with(ResourceDescriptor.ROLE, Provenance.SOURCE);
    }

    /** An image as the lineage describes it. */
    static ResourceDescriptor imageOf(String repository, Digest digest) {
        return ResourceDescriptor.file(Provenance.IMAGE, digest)
                .withUri("oci://" + repository)
                .with(ResourceDescriptor.ROLE, Provenance.IMAGE);
    }

    /** A dataset as the lineage describes it; without a content id while its bytes have not passed. */
    static ResourceDescriptor dataset(DatasetVersion dataset, String role) {
        ResourceDescriptor descriptor = dataset.contentId() == null
                ? new ResourceDescriptor(dataset.name(), dataset.source(), null, null, null, null)
                : ResourceDescriptor.tree(dataset.name(), dataset.contentId()).withUri(dataset.source());
        return descriptor
                .with(ResourceDescriptor.ROLE, role)
                .with("sourceId", dataset.sourceId())
                .with("files", dataset.files())
                .with("bytes", dataset.bytes());
    }

    private TrainingProvenance put(Map<String, Object> parameters, String key, Object value) {
        if (value != null) {
            parameters.put(key, value);
        }
        return this;
    }
}
