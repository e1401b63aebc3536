package io.jenkins.plugins.mlops.core.rerun;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.dvc.DvcRepository;
import io.jenkins.plugins.mlops.core.dvc.DvcUri;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Makes plans from records. It looks whether the datasets are still there and the same, and finds out which version is the newest;
 * nothing is started. What is needed and was not recorded is refused in one sentence.
 */
public final class RerunPlanner {

    private static final String RECORD = "as recorded";
    private static final String SPECIFICATION = "whatever the specification at the new commit says";
    private static final String COMMIT = "commit";

    private final OriginalTraining original;
    private final DatasetAccess datasets;
    private final DatasetAccess evaluationDatasets;
    private final Repository repository;
    private final List<RerunInput> inputs = new ArrayList<>();

    private RerunPlanner(
            OriginalTraining original,
            DatasetAccess datasets,
            DatasetAccess evaluationDatasets,
            Repository repository) {
        this.original = original;
        this.datasets = datasets;
        this.evaluationDatasets = evaluationDatasets;
        this.repository = repository;
    }

    /**
     * What a host knows of the repository that the code is in, and the outputs of DVC are.
     *
     * @param directory of a local clone; null when only the training has one
     * @param newest asked when the newest commit is needed
     */
    public record Repository(String directory, Supplier<NewestCommit> newest) {}

    /**
     * The commit that is the newest now.
     *
     * @param commit 40 or 64 hex digits; null when it is known only when the training begins
     * @param origin what it is the newest of, a phrase
     */
    public record NewestCommit(String commit, String origin) {}

    /**
     * Makes a plan.
     *
     * @param evaluationDatasets the same with the credentials of evaluation sets
     * @throws MlopsException of kind REFUSED when something needed was not recorded or is not there any more
     */
    public static RerunPlan plan(
            RerunKind kind,
            OriginalTraining training,
            DatasetAccess datasets,
            DatasetAccess evaluationDatasets,
            Repository repository) {
        return new RerunPlanner(training, datasets, evaluationDatasets, repository).make(kind);
    }

    private RerunPlan make(RerunKind kind) {
        String commit = commit(kind);
        PinnedDataset training = training(kind);
        ResourceDescriptor measured = original.evaluationSet();
        PinnedDataset evaluation = measured == null ? null : recorded("evaluation", measured, evaluationDatasets);
        boolean same = kind.sameCommit();
        String image = same ? original.image() : null;
        if (kind == RerunKind.REPRODUCE && image == null && original.environment() == null) {
            throw lacks(kind, "neither the digest of its image nor what was installed");
        }
        if (same) {
            add("image", original.image(), image, RECORD);
            add("installed packages", original.environment(), original.environment(), "compared when it is done");
        } else {
            add("image", original.image(), original.image(), SPECIFICATION);
        }
        ResourceDescriptor parent = original.parent();
        ModelReference startsFrom = same && parent != null ? ModelReference.parse(parent.uri()) : null;
        if (parent != null) {
            add("parent model", parent.uri(), parent.uri(), same ? RECORD : SPECIFICATION);
        }
        String params =
                Documents.toJson(original.params()).replaceAll("\\s+", " ").trim();
        String seed = original.seed() == null ? null : original.seed().toString();
        add("parameters", params, params, same ? RECORD : SPECIFICATION);
        add("seed", seed, seed, same ? RECORD : SPECIFICATION);
        return new RerunPlan(
                kind,
                original.record(),
                original.model(),
                commit,
                original.repository(),
                training,
                evaluation,
                startsFrom,
                image,
                same ? original.seed() : null,
                same ? new TreeMap<>(original.params()) : null,
                same ? AskedFor.of(original) : Map.of(),
                inputs);
    }

    private String commit(RerunKind kind) {
        if (!kind.sameCommit()) {
            NewestCommit newest = repository.newest().get();
            add(COMMIT, original.commit(), newest.commit() == null ? "the newest" : newest.commit(), newest.origin());
            return newest.commit();
        }
        if (original.commit() == null) {
            throw lacks(kind, "no commit");
        }
        original.changedCode().ifPresent(gap -> {
            throw MlopsException.refused("The training " + original.record()
                    + " cannot be done again from its commit, since its code is in no commit: " + gap);
        });
        add(COMMIT, original.commit(), original.commit(), RECORD);
        return original.commit();
    }

    private PinnedDataset training(RerunKind kind) {
        List<ResourceDescriptor> used = original.training();
        if (used.isEmpty()) {
            throw lacks(kind, "no training dataset");
        }
        if (used.size() > 1) {
            throw MlopsException.refused("The training " + original.record() + " learned from " + used.size()
                    + " datasets: only one that learned from a single dataset can be done again");
        }
        ResourceDescriptor dataset = used.get(0);
        if (kind.sameDataset()) {
            return recorded("training", dataset, datasets);
        }
        DatasetReference known = reference("training", dataset);
        DatasetReference newest = known.dvc() == null ? datasets.latest(known) : newestOutput(dataset, known);
        DatasetVersion version = datasets.resolve(newest);
        PinnedDataset pinned = PinnedDataset.of(newest, version);
        add("training dataset", describe(dataset), pinned.toString(), "the newest version, " + newest);
        return pinned;
    }

    /** A version of an output of DVC is that of a commit. */
    private DatasetReference newestOutput(ResourceDescriptor dataset, DatasetReference known) {
        if (known.repo() == null) {
            throw MlopsException.refused("The newest version of the training dataset " + dataset.name()
                    + ", an output of DVC, is that of the newest commit of its repository, which is not at hand here:"
                    + " 'mlops retrain --newest dataset --repo' takes a clone of it");
        }
        return DatasetReference.ofDvc(
                known.dvc(), known.repo(), repository.newest().get().commit());
    }

    /** A dataset that must still be what it was. */
    private PinnedDataset recorded(String role, ResourceDescriptor dataset, DatasetAccess access) {
        DatasetReference reference = reference(role, dataset);
        PinnedDataset pinned = new PinnedDataset(
                reference,
                dataset.name(),
                dataset.annotation("sourceId").orElse(null),
                dataset.digest(ResourceDescriptor.TREE).orElse(null));
        if (reference.dvc() != null && reference.repo() == null) {
            add(
                    role + " dataset",
                    describe(dataset),
                    pinned.toString(),
                    RECORD + ", " + reference + ", which is looked for when the training begins");
            return pinned;
        }
        DatasetVersion now;
        try {
            now = access.resolve(reference);
        } catch (MlopsException e) {
            if (e.kind() != MlopsException.Kind.FAILED && e.kind() != MlopsException.Kind.USAGE) {
                throw e;
            }
            throw new MlopsException(
                    MlopsException.Kind.REFUSED,
                    "The " + role + " dataset " + pinned + " is not there any more: " + e.getMessage(),
                    e);
        }
        if (!now.sourceId().equals(pinned.sourceId())) {
            throw MlopsException.refused("The " + role + " dataset " + pinned + " is not there any more: " + reference
                    + " now stands for " + now.sourceId() + ", not for " + pinned.sourceId());
        }
        add(role + " dataset", describe(dataset), pinned.toString(), RECORD + ", " + reference);
        return pinned;
    }

    private static String describe(ResourceDescriptor dataset) {
        return dataset.name() + " "
                + dataset.digest(ResourceDescriptor.TREE)
                        .map(Object::toString)
                        .orElse(dataset.annotation("sourceId").orElse("of an unknown version"));
    }

    private DatasetReference reference(String role, ResourceDescriptor dataset) {
        if (dataset.uri() == null || dataset.annotation("sourceId").isEmpty()) {
            throw MlopsException.refused("The record does not say where the " + role + " dataset " + dataset.name()
                    + " is to be had: only a training whose record does can be done again");
        }
        return DvcUri.parse(dataset.uri())
                .map(output -> reference(role, dataset, output))
                .orElseGet(() -> DatasetReference.parse(dataset.uri()));
    }

    /** Where no commit is named, the training's is tried: the source id tells whether it is the one. */
    private DatasetReference reference(String role, ResourceDescriptor dataset, DvcUri output) {
        String commit = output.commit() == null ? original.commit() : output.commit();
        if (commit == null) {
            throw MlopsException.refused(
                    "The record names no commit, so it does not say which version of " + output.path() + " the " + role
                            + " dataset " + dataset.name() + " was: only DVC at a commit tells");
        }
        return DatasetReference.ofDvc(DvcRepository.ROOT + output.path(), repository.directory(), commit);
    }

    private void add(String name, String recorded, String planned, String origin) {
        inputs.add(new RerunInput(name, recorded, planned, origin));
    }

    private MlopsException lacks(RerunKind kind, String what) {
        return MlopsException.refused("The record " + original.record() + " names " + what
                + ", so its training cannot be " + (kind == RerunKind.REPRODUCE ? "reproduced" : "done again"));
    }
}
