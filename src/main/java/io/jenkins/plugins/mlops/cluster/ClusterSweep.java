package io.jenkins.plugins.mlops.cluster;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.AsyncPeriodicWork;
import hudson.model.TaskListener;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.config.CloudAccess;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.TrainingCluster;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;

/**
 * Removes from clusters what builds have left there that are over or gone, such as one that was killed hard: this controller's own
 * objects alone, of every namespace that is configured or was used.
 */
@Extension
public class ClusterSweep extends AsyncPeriodicWork {

    private static final Logger LOGGER = Logger.getLogger(ClusterSweep.class.getName());

    /** Younger objects are left alone: their run is being noted, or its build resumed. */
    private static final Duration AGE = Duration.ofMinutes(10);

    public ClusterSweep() {
        super("Sweep of training clusters");
    }

    @Override
    public long getRecurrencePeriod() {
        return TimeUnit.MINUTES.toMillis(30);
    }

    /**
     * Removes at once what the runs of a step have in clusters, which nobody drives any more. It asks the clusters and takes its time; what
     * cannot be removed now goes with a later sweep, once the build is over.
     *
     * @param step as in {@link ClusterRuns#note}
     * @throws MlopsException when a cluster does not do as it is told
     */
    public static void removeNow(@NonNull String step) {
        for (ClusterRun run : ClusterRuns.get().ofStep(step)) {
            new SweptPlace(run.cloud(), run.namespace()).sweep(id -> !id.equals(run.id()), Instant.MAX, LOGGER::info);
            ClusterRuns.get().remove(run.id());
        }
    }

    @Override
    protected void execute(TaskListener listener) {
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            List<ClusterRun> abandoned = ClusterRuns.get().abandoned();
            Set<SweptPlace> places = new HashSet<>(configured(listener));
            abandoned.forEach(run -> places.add(new SweptPlace(run.cloud(), run.namespace())));
            Set<SweptPlace> swept = new HashSet<>();
            for (SweptPlace place : places) {
                if (sweep(place, listener)) {
                    swept.add(place);
                }
            }
            abandoned.stream()
                    .filter(run -> swept.contains(new SweptPlace(run.cloud(), run.namespace())))
                    .forEach(run -> ClusterRuns.get().remove(run.id()));
        }
    }

    private static List<SweptPlace> configured(TaskListener listener) {
        List<SweptPlace> places = new ArrayList<>();
        for (TrainingCluster cluster : MlopsConfiguration.get().getClusters()) {
            try {
                KubernetesCloud cloud = cluster.cloud(null);
                places.add(new SweptPlace(cloud.name, CloudAccess.namespace(cluster, cloud)));
            } catch (MlopsException e) {
                listener.getLogger().println(e.getMessage());
            }
        }
        return places;
    }

    /** @return whether nothing is left that can be removed now */
    private static boolean sweep(SweptPlace place, TaskListener listener) {
        try {
            return place.sweep(ClusterRuns.get()::isAlive, Instant.now().minus(AGE), listener.getLogger()::println);
        } catch (MlopsException e) {
            listener.getLogger().println(e.getMessage());
            return false;
        }
    }
}
