package io.jenkins.plugins.mlops.core.cluster;

import java.nio.file.Path;

/**
 * Where a cluster is.
 *
 * @param kubeconfig null for the usual one: {@code KUBECONFIG}, {@code ~/.kube/config}, or the pod's own account
 * @param context of the kubeconfig, null for its current one
 * @param namespace null for the context's own
 */
public record ClusterSettings(Path kubeconfig, String context, String namespace) {}
