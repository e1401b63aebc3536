package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.BuildLink;
import io.jenkins.plugins.mlops.cache.AgentCache;
import io.jenkins.plugins.mlops.card.AnonymisedDatasets;
import io.jenkins.plugins.mlops.cluster.ClusterLease;
import io.jenkins.plugins.mlops.cluster.ClusterPool;
import io.jenkins.plugins.mlops.cluster.ControllerId;
import io.jenkins.plugins.mlops.config.CloudAccess;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.TrainingCluster;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.image.ImageResolver;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.SensitiveParams;
import io.jenkins.plugins.mlops.core.training.TrainingServices;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import io.jenkins.plugins.mlops.dataset.JobDatasets;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;

/**
 * The way to all servers that work of a build on a cluster uses, with the addresses and credentials that are configured when it is
 * opened. Opening makes no request. Never persisted.
 */
final class ClusterSession implements AutoCloseable {

    private static final Logger LOGGER = Logger.getLogger(ClusterSession.class.getName());

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ClusterServices services;

    /**
     * @param cluster name of a profile, null for the first
     * @param server likewise, of an MLflow server
     * @param sensitive parameters of a training that go to its pods in their Secret alone
     * @param outputs what outputs of DVC have that the work names
     * @throws MlopsException of kind USAGE when something is not configured, REFUSED when the job may not use the cluster
     */
    ClusterSession(
            Run<?, ?> build,
            @CheckForNull String cluster,
            @CheckForNull String server,
            SensitiveParams sensitive,
            DvcOutputs outputs) {
        JobPolicy policy = JobPolicy.of(build);
        TrainingCluster profile = policy.cluster(cluster);
        KubernetesCloud cloud = profile.cloud(build.getParent());
        policy.checkNamespace(CloudAccess.namespace(profile, cloud));
        MlflowProfile mlflow = policy.mlflowServer(server);
        ObjectStoreSettings store = policy.objectStore(profile.getStore()).settings(build);
        ObjectStoreSettings evaluationStore = profile.getEvaluationStore() == null
                ? store
                : policy.objectStore(profile.getEvaluationStore()).settings(build);
        try {
            ObjectStore objects = keep(ObjectStore.connect(store));
            ObjectStore evaluationObjects = keep(ObjectStore.connect(evaluationStore));
            AnonymisedDatasets anonymised = new AnonymisedDatasets(policy);
            DatasetCache cache = DatasetCache.at(AgentCache.ofController());
            MlflowServer tracking = keep(mlflow.connect(build));
            ImageResolver images = keep(new ImageResolver(profile.registries(build)));
            ClusterLease lease = keep(ClusterPool.get().lease(cloud.name, CloudAccess.namespace(profile, cloud)));
            services = new ClusterServices(
                    new TrainingServices(
                            new JobDatasets(
                                    objects, new Datasets(objects, cache), outputs.training(), policy, anonymised),
                            new JobDatasets(
                                    evaluationObjects,
                                    new Datasets(evaluationObjects, cache),
                                    outputs.evaluation(),
                                    policy,
                                    anonymised),
                            tracking,
                            tracking,
                            mlflow.trainingSettings(build),
                            ControllerLineage.store(),
                            Withdrawals.none(),
                            new TrainingServices.Builder(TrainingBegin.builder(build), TrainingBegin.versions())),
                    objects,
                    store,
                    evaluationStore,
                    lease.cluster(),
                    lease.watch(),
                    lease.facts(),
                    profile.clusterProfile(),
                    ControllerId.get(),
                    BuildLink.of(build),
                    sensitive,
                    image -> ImageReference.parse(images.resolve(image, null).pinned()));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    @NonNull
    ClusterServices services() {
        return services;
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                LOGGER.log(Level.FINE, "a client does not close", e);
            }
        }
    }
}
