package io.jenkins.plugins.mlops.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cloudbees.hudson.plugins.folder.Folder;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.List;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesFolderProperty;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Clusters in the configuration, and who may use them. */
@WithJenkins
class TrainingClusterTest {

    @Test
    void aFormThatIsSavedUnchangedChangesNothing(JenkinsRule jenkins) throws Exception {
        MlopsConfiguration configuration = MlopsConfiguration.get();
        jenkins.jenkins.clouds.add(new KubernetesCloud("cloud"));
        configuration.setObjectStores(List.of(new ObjectStoreProfile("store", "https://store.example.org")));
        TrainingCluster full = new TrainingCluster("gpu");
        full.setCloud("cloud");
        full.setNamespace("trainings");
        full.setStore("store");
        full.setEvaluationStore("store");
        full.setRegistry("registry.example.org:5000");
        full.setProfile("outputs: s3://models/outputs\nlimits: {gpus: 2}");
        configuration.setClusters(List.of(full, new TrainingCluster("bare")));

        jenkins.configRoundtrip();

        assertThat(configuration.getClusters()).hasSize(2);
        jenkins.assertEqualDataBoundBeans(full, configuration.getClusters().get(0));
        jenkins.assertEqualDataBoundBeans(
                new TrainingCluster("bare"), configuration.getClusters().get(1));
        assertThat(configuration.cluster(null).clusterProfile().limits().gpus()).isEqualTo(2);
    }

    @Test
    void aRestrictedCloudIsForTheFoldersThatMayUseIt(JenkinsRule jenkins) throws Exception {
        KubernetesCloud cloud = new KubernetesCloud("cloud");
        cloud.setUsageRestricted(true);
        jenkins.jenkins.clouds.add(cloud);
        TrainingCluster cluster = new TrainingCluster("gpu");
        WorkflowJob outside = jenkins.createProject(WorkflowJob.class, "outside");
        Folder folder = jenkins.createProject(Folder.class, "team");
        KubernetesFolderProperty allowed = new KubernetesFolderProperty();
        allowed.setPermittedClouds(List.of("cloud"));
        folder.addProperty(allowed);
        WorkflowJob inside = folder.createProject(WorkflowJob.class, "inside");

        assertThat(cluster.cloud(inside)).isSameAs(cloud);
        assertThatThrownBy(() -> cluster.cloud(outside))
                .isInstanceOfSatisfying(
                        MlopsException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(MlopsException.Kind.REFUSED))
                .hasMessageContaining("outside")
                .hasMessageContaining("restricted");
    }

    @Test
    void whatCannotBeUsedIsRefused(JenkinsRule jenkins) {
        TrainingCluster cluster = new TrainingCluster("gpu");
        assertThatThrownBy(() -> cluster.cloud(null)).hasMessageContaining("Jenkins has none of the Kubernetes plugin");
        cluster.setCloud("absent");
        assertThatThrownBy(() -> cluster.cloud(null))
                .hasMessageContaining("names the cloud 'absent', which does not exist");
        cluster.setProfile("limits: {gpu: 2}");
        assertThatThrownBy(() -> MlopsConfiguration.get().setClusters(List.of(cluster)))
                .hasMessageContaining("limits.gpu")
                .hasMessageContaining("unknown key");
        cluster.setProfile(null);
        cluster.setRegistryCredentialsId("login");
        assertThatThrownBy(() -> MlopsConfiguration.get().setClusters(List.of(cluster)))
                .hasMessageContaining("no registry");
        assertThat(MlopsConfiguration.get().getClusters()).isEmpty();
    }
}
