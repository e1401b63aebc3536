package io.jenkins.plugins.mlops.cli.training;

/** Where the commands of a training or evaluation run. */
public enum Backend {
    PROCESS,
    KUBERNETES
}
