package io.jenkins.plugins.mlops.cluster;

import hudson.Extension;
import hudson.model.AsyncPeriodicWork;
import hudson.model.TaskListener;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.config.CloudAccess;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.TrainingCluster;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.execution.Sweeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;

/**
 * Removes from clusters what builds have left there that are over or gone, such as one that was killed hard: this controller's own
 * objects alone, of every namespace that is configured or was used.
 */
@Extension
public class ClusterSweep extends AsyncPeriodicWork {

    /** Younger objects are left alone: their run is being noted, or its build resumed. */
    private static final Duration AGE = Duration.ofMinutes(10);

    public ClusterSweep() {
        super("Sweep of training clusters");
    }

    @Override
    public long getRecurrencePeriod() {
        return TimeUnit.MINUTES.toMillis(30);
    }

    @Override
    protected void execute(TaskListener listener) {
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            List<ClusterRun> abandoned = ClusterRuns.get().abandoned();
            Set<Place> places = new HashSet<>(configured(listener));
            abandoned.forEach(run -> places.add(new Place(run.cloud(), run.namespace())));
            Set<Place> swept = new HashSet<>();
            for (Place place : places) {
                if (sweep(place, listener)) {
                    swept.add(place);
                }
            }
            abandoned.stream()
                    .filter(run -> swept.contains(new Place(run.cloud(), run.namespace())))
                    .forEach(run -> ClusterRuns.get().remove(run.id()));
        }
    }

    private record Place(String cloud, String namespace) {}

    private static List<Place> configured(TaskListener listener) {
        List<Place> places = new ArrayList<>();
        for (TrainingCluster cluster : MlopsConfiguration.get().getClusters()) {
            try {
                KubernetesCloud cloud = cluster.cloud(null);
                places.add(new Place(cloud.name, CloudAccess.namespace(cluster, cloud)));
            } catch (MlopsException e) {
                listener.getLogger().println(e.getMessage());
            }
        }
        return places;
    }

    /** @return whether nothing is left that can be removed now */
    private static boolean sweep(Place place, TaskListener listener) {
        try {
            Cluster cluster = CloudAccess.connect(place.cloud(), place.namespace());
            Sweeper sweeper = new Sweeper(cluster);
            List<Sweeper.Leftover> found = sweeper.find(ControllerId.get(), Duration.ZERO, ClusterRuns.get()::isAlive);
            Instant before = Instant.now().minus(AGE);
            boolean nothingLeft = true;
            for (Sweeper.Leftover leftover : found) {
                if (leftover.created().isBefore(before)) {
                    listener.getLogger()
                            .println("Removing " + leftover + " from " + place.cloud() + "/" + place.namespace());
                    sweeper.remove(leftover);
                } else {
                    nothingLeft = false;
                }
            }
            return nothingLeft;
        } catch (MlopsException e) {
            listener.getLogger().println(e.getMessage());
            return false;
        }
    }
}
