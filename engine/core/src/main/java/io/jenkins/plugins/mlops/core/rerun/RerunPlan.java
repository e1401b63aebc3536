package io.jenkins.plugins.mlops.core.rerun;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.GitUri;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Repeats;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.core.training.Params;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a training that is done again must be made of; made by a {@link RerunPlanner} and never changed. {@link #apply} and {@link
 * #requireObeyed} hold a training to it.
 *
 * @param record digest of the record of the training that is repeated
 * @param model content id of what that training made
 * @param commit null for the newest one, whichever that is when the training begins
 * @param repository where the commit can be had; null when that is not recorded
 * @param training null for none
 * @param evaluation null for none
 * @param parent {@code models:/NAME/VERSION}, null for none
 * @param image by digest; null when the specification says which
 * @param seed null when there is none, or the specification says
 * @param params null when the specification says
 * @param asked what the specification must ask for, besides: its commands and variables; empty with the newest commit
 * @param inputs everything that goes in, for people
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RerunPlan(
        RerunKind kind,
        Digest record,
        Digest model,
        String commit,
        String repository,
        PinnedDataset training,
        PinnedDataset evaluation,
        ModelReference parent,
        String image,
        Long seed,
        Map<String, Object> params,
        Map<String, Object> asked,
        List<RerunInput> inputs) {

    public RerunPlan {
        // In an order that is the same in every process: who confirms a plan names it by the digest of its document.
        asked = asked == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(asked));
        inputs = List.copyOf(inputs);
    }

    /** How the new training's record names the old one. */
    @JsonIgnore
    public Repeats repeats() {
        return new Repeats(kind.word(), record, model);
    }

    /** The plan as every host shows it. */
    @JsonIgnore
    public String text() {
        return PlanText.of(this);
    }

    /** Whether an address is that of the plan's repository, however it is written. @param remote as Git names it */
    public boolean isRepository(String remote) {
        return OriginalTraining.repository(GitUri.of(remote)).equals(repository);
    }

    /** @throws MlopsException of kind REFUSED unless the code is that of the plan's commit, without changes */
    public void requireCommit(SourceRevision source) {
        if (commit == null) {
            return;
        }
        if (source == null || !source.commit().equals(commit)) {
            throw MlopsException.refused("The plan wants the code of the commit " + commit + ", but it is "
                    + (source == null ? "in no Git repository" : "that of " + source.commit()));
        }
        if (source.isDirty()) {
            throw MlopsException.refused("The plan wants the code of the commit " + commit + ", but "
                    + source.changes().size() + " files differ from it, such as "
                    + source.changes().get(0));
        }
    }

    /**
     * The specification with what the plan says.
     *
     * @throws MlopsException of kind REFUSED when the specification asks for something else than what was recorded
     */
    public TrainingSpecification apply(TrainingSpecification specification) {
        TrainingSpecification planned = specification
                .with(new TrainingSpecification.Overrides(
                        training == null
                                ? null
                                : training.reference(specification.datasets().training()),
                        evaluation == null || specification.evaluation() == null
                                ? null
                                : evaluation.reference(
                                        specification.evaluation().dataset()),
                        parent,
                        seed,
                        params == null ? Map.of() : params))
                .with(new TrainingSpecification.Size(image, null, null, null, null, null));
        if (kind.sameCommit()) {
            requireAsked(planned);
        }
        if (training == null && planned.datasets().training() != null) {
            throw other("training dataset", null, planned.datasets().training());
        }
        return planned;
    }

    private void requireAsked(TrainingSpecification planned) {
        asked.forEach((key, value) -> {
            Object now = AskedFor.of(planned).get(key);
            if (!AskedFor.same(value, now)) {
                throw other(key, value, now);
            }
        });
        if (!new Params(params).flat().equals(planned.params().flat())) {
            throw other("params", params, planned.params().values());
        }
        if (!Objects.equals(seed, planned.seed())) {
            throw other("seed", seed, planned.seed());
        }
        if (!Objects.equals(parent, planned.parent())) {
            throw other("parent", parent, planned.parent());
        }
        if ((evaluation == null) != (planned.evaluation() == null)) {
            throw other("evaluation dataset", evaluation, planned.evaluation());
        }
    }

    private MlopsException other(String key, Object recorded, Object now) {
        return MlopsException.refused("The plan repeats a training with the " + key + " " + recorded
                + ", but the specification asks for " + now
                + ": it is another specification than the one that was trained, or was started with other options");
    }

    /**
     * Makes sure that the datasets still are what the plan says.
     *
     * @param planned what {@link #apply} returned
     * @param evaluationDatasets the same with the credentials of evaluation sets
     * @throws MlopsException of kind REFUSED when one is not
     */
    public void requireDatasets(
            TrainingSpecification planned, DatasetAccess datasets, DatasetAccess evaluationDatasets) {
        if (training != null) {
            training.require(
                    Provenance.TRAINING_DATA,
                    datasets.resolve(planned.datasets().training()));
        }
        if (evaluation != null && planned.evaluation() != null) {
            evaluation.require(
                    Provenance.EVALUATION_DATA,
                    evaluationDatasets.resolve(planned.evaluation().dataset()));
        }
    }

    /** What the plan says of a dataset in a role; null for nothing. */
    public PinnedDataset dataset(String role) {
        return switch (role) {
            case Provenance.TRAINING_DATA -> training;
            case Provenance.EVALUATION_DATA -> evaluation;
            default -> null;
        };
    }

    /**
     * Holds what was pulled for a training against the plan.
     *
     * @param measuredOn null for none
     * @throws MlopsException of kind REFUSED when it is something else
     */
    public void requireUsed(List<DatasetVersion> learntFrom, DatasetVersion measuredOn) {
        if (training != null) {
            if (learntFrom.isEmpty()) {
                training.require(Provenance.TRAINING_DATA, null);
            }
            learntFrom.forEach(version -> training.require(Provenance.TRAINING_DATA, version));
        }
        if (isMeasured(measuredOn)) {
            evaluation.require(Provenance.EVALUATION_DATA, measuredOn);
        }
    }

    /** Whether an evaluation has to be that of the plan: a newer commit may have none. */
    private boolean isMeasured(Object measuredOn) {
        return evaluation != null && (kind.sameCommit() || measuredOn != null);
    }

    /**
     * Holds a training that is done against the plan.
     *
     * @throws MlopsException of kind REFUSED when it was made of something else
     */
    public void requireObeyed(TrainingResult result) {
        if (commit != null && !commit.equals(result.commit())) {
            throw MlopsException.refused(
                    "The plan wants the commit " + commit + ", but " + result.commit() + " was trained");
        }
        require(Provenance.TRAINING_DATA, training, result.datasets().training());
        if (isMeasured(result.datasets().evaluation())) {
            require(Provenance.EVALUATION_DATA, evaluation, result.datasets().evaluation());
        }
    }

    private static void require(String role, PinnedDataset wanted, TrainingResult.Dataset used) {
        if (wanted != null) {
            wanted.requireSame(role, used == null ? null : used.source(), used == null ? null : used.version());
        }
    }
}
