package io.jenkins.plugins.mlops.cluster;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.init.Terminator;
import io.jenkins.plugins.mlops.config.CloudAccess;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.ClusterWatch;
import io.jenkins.plugins.mlops.core.execution.StepPool;
import io.jenkins.plugins.mlops.step.StepThreads;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jenkins.util.Timer;

/**
 * What all work of this controller on clusters shares: the threads that step it, and one watch for each namespace. Their number does
 * not grow with that of the trainings. Thread-safe.
 */
@Extension
public class ClusterPool {

    /** Steps are short, and wait for one server's answer at most. */
    private static final int THREADS = 4;

    /** Uploads and downloads, which pass over the controller. */
    private static final int LONG_THREADS = 8;

    /** A namespace that nobody uses is watched on for a while: the next stage of a training may need it at once. */
    private static final long KEPT_SECONDS = 60;

    private final Map<String, Watched> watched = new HashMap<>();
    private StepPool pool;
    private boolean terminated;

    @NonNull
    public static ClusterPool get() {
        return ExtensionList.lookupSingleton(ClusterPool.class);
    }

    /** Steps work until it is over, or Jenkins stops. */
    public void drive(@NonNull StepPool.Stepped work) {
        StepPool steps = pool();
        if (steps != null) {
            steps.drive(work);
        }
    }

    /** Has the work of a run stepped soon. */
    public void wake(@NonNull String run) {
        StepPool steps = pool();
        if (steps != null) {
            steps.wake(run);
        }
    }

    private synchronized StepPool pool() {
        if (pool == null && !terminated) {
            pool = new StepPool(THREADS, LONG_THREADS, StepThreads.factory("MLOps Pipeline training"));
        }
        return pool;
    }

    /**
     * A namespace of a cluster, watched; nothing is known of it at once. To be closed.
     *
     * @param cloud name of a cloud of the Kubernetes plugin
     */
    @NonNull
    public synchronized ClusterLease lease(@NonNull String cloud, @NonNull String namespace) {
        Watched found = watched.computeIfAbsent(cloud + "\n" + namespace, key -> {
            Cluster cluster = CloudAccess.connect(cloud, namespace);
            ClusterWatch watch = ClusterWatch.start(cluster, ControllerId.get(), ClusterWatch.RELIST);
            watch.onChange(this::wake);
            return new Watched(key, cluster, watch, ClusterFacts.of(cluster));
        });
        found.leases++;
        return new ClusterLease(found);
    }

    private synchronized void discard(Watched unused) {
        if (unused.leases == 0 && watched.remove(unused.key, unused)) {
            unused.watch.close();
        }
    }

    /** Work in clusters goes on without Jenkins, and is taken up again by the builds that began it. */
    @Terminator
    public static void terminate() {
        ExtensionList.lookup(ClusterPool.class).forEach(ClusterPool::close);
    }

    private void close() {
        StepPool steps;
        synchronized (this) {
            terminated = true;
            steps = pool;
            pool = null;
        }
        if (steps != null) {
            steps.close();
        }
        synchronized (this) {
            watched.values().forEach(one -> one.watch.close());
            watched.clear();
        }
    }

    /** A namespace that is watched. */
    final class Watched {

        private final String key;
        private final Cluster cluster;
        private final ClusterWatch watch;
        private final ClusterFacts facts;
        private int leases;

        Watched(String key, Cluster cluster, ClusterWatch watch, ClusterFacts facts) {
            this.key = key;
            this.cluster = cluster;
            this.watch = watch;
            this.facts = facts;
        }

        Cluster cluster() {
            return cluster;
        }

        ClusterWatch watch() {
            return watch;
        }

        ClusterFacts facts() {
            return facts;
        }

        void release() {
            synchronized (ClusterPool.this) {
                leases--;
            }
            Timer.get().schedule(() -> discard(this), KEPT_SECONDS, TimeUnit.SECONDS);
        }
    }
}
