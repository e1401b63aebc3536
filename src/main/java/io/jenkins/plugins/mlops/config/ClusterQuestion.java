package io.jenkins.plugins.mlops.config;

import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import java.net.URI;
import java.util.List;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;

/** Whether the account of a cloud sees a namespace's Jobs and pods. */
record ClusterQuestion(Cluster cluster, URI server) implements ServerProbe.Question {

    static ClusterQuestion of(TrainingCluster profile) {
        KubernetesCloud cloud = profile.cloud(null);
        String url = cloud.getServerUrl();
        return new ClusterQuestion(
                CloudAccess.connect(cloud.name, CloudAccess.namespace(profile, cloud)),
                URI.create(url == null || url.isBlank() ? "https://kubernetes.default.svc" : url.trim()));
    }

    @Override
    public FormValidation ask() {
        int workloads = cluster.listOwn(null, List.of()).size();
        return FormValidation.ok("Reached; Jobs and pods of the namespace " + cluster.namespace()
                + " can be listed, and " + workloads + (workloads == 1 ? " is a training's" : " are trainings'"));
    }
}
