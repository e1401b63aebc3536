package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import io.jenkins.plugins.mlops.core.training.TrainingServices;
import java.io.Serializable;

/** The datasets that a step of a cluster was given, and what they must still be. Persisted with the build. */
final class ExpectedDatasets implements Serializable {

    private static final long serialVersionUID = 1L;

    /** What the sources of DVC's datasets begin with. */
    private static final String DVC = "dvc:";

    private final String training;
    private final String trainingSourceId;
    private final String evaluation;
    private final String evaluationSourceId;

    /**
     * All may be null.
     *
     * @throws MlopsException of kind USAGE when one is an output of DVC, which pods cannot read without its repository
     */
    ExpectedDatasets(String training, String trainingSourceId, String evaluation, String evaluationSourceId) {
        requireStored(training);
        requireStored(evaluation);
        this.training = training;
        this.trainingSourceId = trainingSourceId;
        this.evaluation = evaluation;
        this.evaluationSourceId = evaluationSourceId;
    }

    private static void requireStored(@CheckForNull String address) {
        if (address != null && address.startsWith(DVC)) {
            throw MlopsException.usage(
                    "The dataset " + address + " is an output of DVC, which trainings and evaluations on"
                            + " clusters do not take: name the manifest of a snapshot ('mlops dataset snapshot --dvc')");
        }
    }

    @CheckForNull
    DatasetReference training() {
        return training == null ? null : DatasetReference.parse(training);
    }

    @CheckForNull
    DatasetReference evaluation() {
        return evaluation == null ? null : DatasetReference.parse(evaluation);
    }

    /** @throws MlopsException of kind REFUSED when one is not what another step has resolved */
    void check(TrainingServices services) {
        check(training(), trainingSourceId, services.datasets());
        check(evaluation(), evaluationSourceId, services.evaluationDatasets());
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
