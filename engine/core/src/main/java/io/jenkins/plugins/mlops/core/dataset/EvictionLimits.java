package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.time.Duration;

/**
 * What a cache shall be brought down to.
 *
 * @param maxBytes all that it may hold; null for any amount
 * @param maxAge how long a file may stay that nobody uses; null for any time
 */
public record EvictionLimits(Long maxBytes, Duration maxAge) {

    /** Clears away leftovers alone. */
    public static final EvictionLimits NONE = new EvictionLimits(null, null);

    public EvictionLimits {
        if (maxBytes != null && maxBytes < 0) {
            throw MlopsException.usage("A cache cannot be limited to " + maxBytes + " bytes: 0 or more are wanted");
        }
        if (maxAge != null && (maxAge.isZero() || maxAge.isNegative())) {
            throw MlopsException.usage("The longest time without use is " + maxAge + ": more than zero is wanted");
        }
    }
}
