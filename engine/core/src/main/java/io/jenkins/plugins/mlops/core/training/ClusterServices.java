package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.ClusterWatch;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile;
import java.util.function.UnaryOperator;

/**
 * What a training on a cluster uses beside what every training does.
 *
 * @param store the object store that pods use too
 * @param storeSettings how pods reach it, with the keys that their tool containers get
 * @param evaluationSettings the same for evaluation sets, whose keys the tool containers of evaluations alone get; equal to {@code
 *     storeSettings} where they have none of their own
 * @param watch of the controller's workloads; many trainings share it
 * @param controller who watches over the workloads: an id that no other has and that outlives a restart; a DNS label
 * @param link where people find the training, null for nowhere
 * @param sensitive parameters of the training that go to its pods in their Secret alone
 * @param pin gives an image reference its digest
 */
public record ClusterServices(
        TrainingServices training,
        ObjectStore store,
        ObjectStoreSettings storeSettings,
        ObjectStoreSettings evaluationSettings,
        Cluster cluster,
        ClusterWatch watch,
        ClusterFacts facts,
        ClusterProfile profile,
        String controller,
        String link,
        SensitiveParams sensitive,
        UnaryOperator<ImageReference> pin) {}
