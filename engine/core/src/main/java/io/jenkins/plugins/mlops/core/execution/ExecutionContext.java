package io.jenkins.plugins.mlops.core.execution;

/** What an execution works with: the cluster, the watch that many share, and the values of secret variables. */
public final class ExecutionContext {

    private ExecutionContext() {}
}
