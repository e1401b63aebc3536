package io.jenkins.plugins.mlops.core.execution;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.ClusterWatch;
import io.jenkins.plugins.mlops.core.cluster.LogPart;
import io.jenkins.plugins.mlops.core.cluster.LogStream;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.workload.Manifests;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A cluster together with the watch of it, without the secrets that pods print. */
final class WatchedCluster implements ClusterCalls {

    private final Cluster cluster;
    private final ClusterWatch watch;
    private final SecretMask mask;

    WatchedCluster(Cluster cluster, ClusterWatch watch, SecretMask mask) {
        this.cluster = cluster;
        this.watch = watch;
        this.mask = mask;
    }

    @Override
    public String name() {
        return cluster.name();
    }

    @Override
    public String namespace() {
        return cluster.namespace();
    }

    @Override
    public HasMetadata createOrAdopt(HasMetadata wanted) {
        return cluster.createOrAdopt(wanted);
    }

    @Override
    public Optional<HasMetadata> find(HasMetadata like) {
        return cluster.find(like);
    }

    @Override
    public void delete(HasMetadata object, Duration grace) {
        cluster.delete(object, grace);
    }

    @Override
    public LogPart readLog(String pod, String container, Instant since, long limitBytes) {
        return mask.mask(cluster.readLog(pod, container, since, limitBytes));
    }

    @Override
    public Stream followLog(String pod, String container, Instant since) {
        LogStream stream = cluster.followLog(pod, container, since);
        return new Stream() {
            @Override
            public List<LogPart.Line> take() {
                return mask.mask(stream.take());
            }

            @Override
            public boolean hasEnded() {
                return stream.hasEnded();
            }

            @Override
            public String failure() {
                return stream.failure();
            }

            @Override
            public void close() {
                stream.close();
            }
        };
    }

    @Override
    public void watch(Workload.Kind kind) {
        Manifests.customKind(kind).ifPresent(watch::watchKind);
    }

    @Override
    public Observation observe(Workload.Identity identity, int attempt) {
        return watch.observe(identity.run(), identity.role(), attempt);
    }

    @Override
    public void forget(String run) {
        watch.forget(run);
    }
}
