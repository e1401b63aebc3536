package io.jenkins.plugins.mlops.cluster;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.ClusterWatch;

/** A namespace of a cluster that is watched for as long as somebody has a lease on it; what is handed out is shared. */
public final class ClusterLease implements AutoCloseable {

    private final ClusterPool.Watched watched;
    private boolean closed;

    ClusterLease(ClusterPool.Watched watched) {
        this.watched = watched;
    }

    @NonNull
    public Cluster cluster() {
        return watched.cluster();
    }

    @NonNull
    public ClusterWatch watch() {
        return watched.watch();
    }

    @NonNull
    public ClusterFacts facts() {
        return watched.facts();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            watched.release();
        }
    }
}
