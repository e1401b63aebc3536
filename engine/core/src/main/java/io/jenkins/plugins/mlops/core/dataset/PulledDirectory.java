package io.jenkins.plugins.mlops.core.dataset;

/** A directory that a pull made, and what it keeps there for itself. */
final class PulledDirectory {

    /** The name, at the top, below which a pull keeps its manifest and marker. */
    static final String OWN_NAME = ".mlops";

    private PulledDirectory() {}
}
