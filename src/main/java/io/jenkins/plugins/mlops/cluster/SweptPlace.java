package io.jenkins.plugins.mlops.cluster;

import io.jenkins.plugins.mlops.config.CloudAccess;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.execution.Sweeper;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A namespace in which runs may have left something.
 *
 * @param cloud name of a cloud of the Kubernetes plugin
 */
record SweptPlace(String cloud, String namespace) {

    /**
     * Removes this controller's own objects of runs that nobody watches.
     *
     * @param alive whether somebody watches a run
     * @param before younger objects stay
     * @param log hears of each object that is removed
     * @return whether nothing is left that can be removed now
     * @throws MlopsException when the cluster does not do as it is told
     */
    boolean sweep(Predicate<String> alive, Instant before, Consumer<String> log) {
        Sweeper sweeper = new Sweeper(CloudAccess.connect(cloud, namespace));
        boolean nothingLeft = true;
        for (Sweeper.Leftover leftover : sweeper.find(ControllerId.get(), Duration.ZERO, alive)) {
            if (leftover.created().isBefore(before)) {
                log.accept("Removing " + leftover + " from " + cloud + "/" + namespace);
                sweeper.remove(leftover);
            } else {
                nothingLeft = false;
            }
        }
        return nothingLeft;
    }
}
