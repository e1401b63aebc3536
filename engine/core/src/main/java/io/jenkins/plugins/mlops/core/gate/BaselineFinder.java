package io.jenkins.plugins.mlops.core.gate;

/** Finds what rules compare with. */
@FunctionalInterface
public interface BaselineFinder {

    /**
     * Looks the baseline up; asked once per reference.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when the reference cannot be followed at all (no such
     *     file or run, no model named), UNREACHABLE when the tracking server is away
     */
    Baseline find(BaselineReference reference);
}
