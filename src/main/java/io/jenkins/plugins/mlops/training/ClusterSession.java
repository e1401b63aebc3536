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
import io.jenkins.plugins.mlops.core.card.CardRevision;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.DvcListing;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.image.ImageResolver;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import io.jenkins.plugins.mlops.core.training.SensitiveParams;
import io.jenkins.plugins.mlops.core.training.TrainingServices;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
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
     * @throws MlopsException of kind USAGE when something is not configured, REFUSED when the job may not use the cluster
     */
    ClusterSession(
            Run<?, ?> build, @CheckForNull String cluster, @CheckForNull String server, SensitiveParams sensitive) {
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
                            new InStore(objects, new Datasets(objects, cache), policy, anonymised),
                            new InStore(evaluationObjects, new Datasets(evaluationObjects, cache), policy, anonymised),
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

    /** Datasets that pods pull: the controller only looks them up. */
    private record InStore(ObjectStore store, Datasets datasets, JobPolicy policy, AnonymisedDatasets anonymised)
            implements DatasetAccess {
        @Override
        public DatasetVersion resolve(DatasetReference reference) {
            checkPlace(reference);
            DatasetVersion version = datasets.resolve(reference);
            if (reference.from() == null && policy.restrictsLocations()) {
                manifest(reference);
            }
            return version;
        }

        @Override
        public Optional<Manifest> manifest(DatasetReference reference) {
            checkPlace(reference);
            Optional<Manifest> manifest = datasets.manifest(reference);
            manifest.ifPresent(this::checkEntries);
            return manifest;
        }

        @Override
        public DatasetReference latest(DatasetReference reference) {
            checkPlace(reference);
            return datasets.latest(reference);
        }

        @Override
        public DvcListing list(DatasetReference dvc) {
            throw noRepository(dvc);
        }

        @Override
        public Optional<CardRevision> card(DatasetReference reference, DatasetVersion version) {
            return anonymised.card(store, reference, version);
        }

        @Override
        public String requireAnonymised(DatasetVersion version, Optional<CardRevision> card) {
            return anonymised.require(version, card);
        }

        /** A specification comes from the branch: it must not have the controller read a repository of its own disk. */
        private static MlopsException noRepository(DatasetReference dvc) {
            return MlopsException.usage("The dataset " + dvc + " is told by a Git repository, which the controller does"
                    + " not have: name the manifest of a snapshot ('mlops dataset snapshot --dvc')");
        }

        private void checkPlace(DatasetReference reference) {
            if (reference.dvc() != null) {
                throw noRepository(reference);
            }
            String place = reference.from() == null ? reference.manifest() : reference.from();
            if (S3Uri.isS3(place)) {
                policy.checkLocation(S3Uri.parse(place));
            }
        }

        /** A manifest may say that its files lie anywhere. */
        private void checkEntries(Manifest manifest) {
            if (policy.restrictsLocations()) {
                manifest.entries().stream()
                        .map(manifest::pin)
                        .filter(Objects::nonNull)
                        .forEach(pin -> policy.checkLocation(pin.location()));
            }
        }

        @Override
        public PullResult pull(DatasetReference reference, Path into, ProgressListener progress) {
            throw new UnsupportedOperationException("pods pull " + reference);
        }
    }
}
