package io.jenkins.plugins.mlops.signing;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.store.StoreRequest;

/** Decides on the controller what is signed for an agent, of which nothing is believed. */
@FunctionalInterface
public interface SigningRules {

    /**
     * The request that is signed, which is the one asked for.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException with one sentence when it is not to be signed
     */
    @NonNull
    StoreRequest allowed(@NonNull SigningRequest asked);
}
