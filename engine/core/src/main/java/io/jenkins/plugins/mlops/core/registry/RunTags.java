package io.jenkins.plugins.mlops.core.registry;

/**
 * The tags by which an MLflow run says where its model comes from, which its registered version carries on; {@code docs/training.md}
 * lists them.
 */
public final class RunTags {

    /** Content id of the model. Set last: a run that has it, and is FINISHED, has a whole model. */
    public static final String MODEL_DIGEST = "mlops.model.digest";

    public static final String COMMIT = "mlops.commit";

    /** How many files of the work tree differed from the commit; absent when none did. */
    public static final String CHANGES = "mlops.commit.changes";

    public static final String REPOSITORY = "mlops.repository";
    public static final String TRAINING_DATASET = "mlops.dataset.training";
    public static final String TRAINING_SOURCE = "mlops.dataset.training.source";
    public static final String EVALUATION_DATASET = "mlops.dataset.evaluation";
    public static final String PARENT = "mlops.parent";
    public static final String PARENT_DIGEST = "mlops.parent.digest";
    public static final String LINEAGE = "mlops.lineage";
    public static final String EVALUATION = "mlops.evaluation";
    public static final String ENVIRONMENT = "mlops.environment";
    /** On a registered version: who registered it. */
    public static final String REGISTERED_BY = "mlops.registered.by";

    public static final String RUN = "mlops.run";

    /** On the run of an evaluation: the content id of the model that was measured. */
    public static final String EVALUATED_MODEL = "mlops.evaluated.model";

    /** On the run of an evaluation: its own id. */
    public static final String EVALUATION_ID = "mlops.evaluation.id";

    /** On the run of an evaluation: the run that made the model. */
    public static final String EVALUATED_RUN = "mlops.evaluated.run";

    /** On the run of an evaluation: what model, set and evaluator make together; equal ones measured the same. */
    public static final String EVALUATION_KEY = "mlops.evaluation.key";

    /** On a model's run and version: this and the digest of an evaluation record name the run of that evaluation. */
    public static final String EVALUATED_PREFIX = "mlops.evaluated.by.";

    private RunTags() {}
}
