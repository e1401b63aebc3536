package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile;
import io.jenkins.plugins.mlops.core.workload.Workload;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Delivery;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodPlanningTest {

    private static final DatasetReference SET = DatasetReference.ofPrefix("s3://holdout/set");
    private static final DatasetVersion VERSION = new DatasetVersion("set", null, "prefix:1", "s3://holdout/set", 1, 1);

    @Test
    void noPodOfATrainingGetsTheKeysOfTheEvaluationSet() {
        PodPlanning planning = planning(settings("http://store", "usual"), settings("http://holdout", "evaluator"));

        for (Workload.Role role : List.of(Workload.Role.STAGING, Workload.Role.TRAINING)) {
            assertThat(planning.keys(role).values()).contains("usual").doesNotContain("evaluator");
        }
        assertThat(planning.keys(Workload.Role.EVALUATION))
                .containsEntry("AWS_ACCESS_KEY_ID", "usual")
                .containsEntry("MLOPS_EVALUATION_ACCESS_KEY_ID", "evaluator")
                .containsEntry("MLOPS_EVALUATION_SECRET_ACCESS_KEY", "secret of evaluator");
        assertThat(planning.evaluationDataset(SET, VERSION, "evaluation-dataset", Delivery.INIT)
                        .store())
                .isEqualTo(new PodPlan.Store(URI.create("http://holdout"), "us-east-1", "MLOPS_EVALUATION"));
        assertThat(planning.trainingDataset(SET, VERSION, "dataset", Delivery.INIT)
                        .store())
                .isNull();
    }

    @Test
    void anEvaluationSetWithoutKeysOfItsOwnIsBroughtWithTheUsualOnes() {
        PodPlanning planning = planning(settings("http://store", "usual"), settings("http://store", "usual"));

        assertThat(planning.keys(Workload.Role.EVALUATION)).isEqualTo(planning.keys(Workload.Role.TRAINING));
        assertThat(planning.evaluationDataset(SET, VERSION, "evaluation-dataset", Delivery.INIT)
                        .store())
                .isNull();
    }

    @Test
    void anEvaluationSetLiesInNoCacheThatTrainingsRead() {
        PodPlanning planning = planning(settings("http://store", "usual"), settings("http://store", "usual"));

        assertThat(planning.evaluationDataset(SET, VERSION, "evaluation-dataset", Delivery.STAGE)
                        .apart())
                .isTrue();
        assertThat(planning.trainingDataset(SET, VERSION, "dataset", Delivery.STAGE)
                        .apart())
                .isNull();
    }

    @Test
    void aPlanNamesNoKey() {
        PodPlanning planning = planning(settings("http://store", "usual"), settings("http://holdout", "evaluator"));

        PodPlan plan = planning.plan(
                List.of(planning.evaluationDataset(SET, VERSION, "evaluation-dataset", Delivery.INIT)),
                null,
                List.of(),
                Map.of());

        assertThat(Documents.toJson(plan)).doesNotContain("secret of", "usual", "\"evaluator\"");
    }

    private static PodPlanning planning(ObjectStoreSettings store, ObjectStoreSettings evaluation) {
        ClusterProfile profile = Documents.readYaml(
                "{toolImage: tools, outputs: 's3://ml/outputs', cache: {claim: cache}}",
                "profile",
                ClusterProfile.class);
        return new PodPlanning(
                new ClusterServices(
                        null,
                        null,
                        store,
                        evaluation,
                        null,
                        null,
                        null,
                        profile,
                        "tests",
                        null,
                        SensitiveParams.NONE,
                        null),
                "tools");
    }

    private static ObjectStoreSettings settings(String endpoint, String key) {
        return new ObjectStoreSettings(
                URI.create(endpoint), "us-east-1", new ObjectStoreSettings.Credentials(key, "secret of " + key, null));
    }
}
