package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import io.jenkins.plugins.mlops.core.training.TrainingServices;
import java.io.Serializable;
import java.nio.file.Path;

/** The datasets that a step of a cluster was given, and what they must still be. Persisted with the build. */
final class ExpectedDatasets implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String training;
    private final String trainingSourceId;
    private final String evaluation;
    private final String evaluationSourceId;

    /**
     * All may be null.
     *
     * @throws MlopsException of kind USAGE when one is no dataset
     */
    ExpectedDatasets(String training, String trainingSourceId, String evaluation, String evaluationSourceId) {
        this.training = training;
        this.trainingSourceId = trainingSourceId;
        this.evaluation = evaluation;
        this.evaluationSourceId = evaluationSourceId;
        Path anywhere = Path.of("");
        training(anywhere);
        evaluation(anywhere);
    }

    /** @param root where the controller has the code of the workspace */
    @CheckForNull
    DatasetReference training(Path root) {
        return training == null ? null : DatasetParameters.reference(training, root);
    }

    /** As {@link #training}. */
    @CheckForNull
    DatasetReference evaluation(Path root) {
        return evaluation == null ? null : DatasetParameters.reference(evaluation, root);
    }

    boolean hasEvaluation() {
        return evaluation != null;
    }

    /** @throws MlopsException of kind REFUSED when one is not what another step has resolved */
    void check(TrainingServices services, Path root) {
        check(training(root), trainingSourceId, services.datasets());
        check(evaluation(root), evaluationSourceId, services.evaluationDatasets());
    }

    private static void check(DatasetReference reference, String expected, DatasetAccess datasets) {
        if (reference == null || expected == null) {
            return;
        }
        String now = datasets.resolve(reference).sourceId();
        if (!expected.equals(now)) {
            throw MlopsException.refused(
                    "The dataset " + reference + " is not what it was when this build resolved it (source id "
                            + expected + ", now " + now + "): run the build again to use what is there now");
        }
    }
}
