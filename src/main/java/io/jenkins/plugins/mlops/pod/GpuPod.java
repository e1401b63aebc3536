package io.jenkins.plugins.mlops.pod;

import hudson.model.Run;
import io.jenkins.plugins.mlops.BuildLink;
import io.jenkins.plugins.mlops.cluster.ControllerId;
import io.jenkins.plugins.mlops.config.CloudAccess;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.TrainingCluster;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification.Deadlines;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification.Resources;
import io.jenkins.plugins.mlops.core.training.WorkloadPlanner;
import io.jenkins.plugins.mlops.core.training.WorkloadRequest;
import io.jenkins.plugins.mlops.core.workload.AgentPod;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile;
import io.jenkins.plugins.mlops.core.workload.Workload;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.training.ClusterRules;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;
import org.csanchez.jenkins.plugins.kubernetes.pipeline.PodTemplateStep;

/** What {@code gpuPod} has the Kubernetes plugin make: within the limits of the cluster's profile, like a training's pod. */
final class GpuPod {

    /** Ends at once when it is asked to. */
    private static final List<String> WAIT =
            List.of("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done");

    private final GpuPodStep step;
    private final Run<?, ?> build;

    GpuPod(GpuPodStep step, Run<?, ?> build) {
        this.step = step;
        this.build = build;
    }

    /** @throws MlopsException that says what is wrong, or not allowed */
    PodTemplateStep template() {
        if (step.getImage() == null) {
            throw MlopsException.usage("gpuPod has no image: name that of the container 'training'");
        }
        JobPolicy policy = JobPolicy.of(build);
        TrainingCluster cluster = policy.cluster(step.getCluster());
        KubernetesCloud cloud = cluster.cloud(build.getParent());
        policy.checkNamespace(CloudAccess.namespace(cluster, cloud));
        ClusterProfile profile = cluster.clusterProfile();
        ClusterRules.check(policy, step.getImage(), profile.defaults());
        PodTemplateStep template = new PodTemplateStep();
        template.setCloud(cloud.name);
        template.setNamespace(CloudAccess.namespace(cluster, cloud));
        template.setYaml(AgentPod.yaml(workload(profile, policy), profile.cache()));
        return template;
    }

    private Workload workload(ClusterProfile profile, JobPolicy policy) {
        WorkloadRequest request = new WorkloadRequest(
                "gpuPod",
                step.getImage(),
                WAIT,
                1,
                new Resources(step.getGpus(), step.getGpuResource(), step.getCpu(), step.getMemory(), step.getShm()),
                new Deadlines(null, null),
                WorkloadOptions.NONE,
                0);
        Workload.Identity identity = new Workload.Identity(
                ControllerId.get(),
                UUID.nameUUIDFromBytes(build.getExternalizableId().getBytes(StandardCharsets.UTF_8))
                        .toString(),
                Workload.Role.TRAINING,
                BuildLink.of(build));
        return new WorkloadPlanner(request, profile)
                .training(identity, step.getImage(), environment(policy), Set.of(), null);
    }

    private Map<String, String> environment(JobPolicy policy) {
        List<MlflowProfile> servers = policy.mlflowServers();
        if (step.getServer() == null && servers.isEmpty()) {
            return Map.of();
        }
        return Map.of(
                "MLFLOW_TRACKING_URI", policy.mlflowServer(step.getServer()).getUrl());
    }
}
