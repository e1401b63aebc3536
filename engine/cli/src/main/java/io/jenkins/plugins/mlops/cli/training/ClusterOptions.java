package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.ClusterSettings;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which cluster a command uses, and what its profile says. */
final class ClusterOptions {

    private static final String PROFILE = "MLOPS_CLUSTER_PROFILE";
    private static final int ID_LENGTH = 12;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description = "The cluster's profile, YAML: defaults and limits; else MLOPS_CLUSTER_PROFILE.")
    private Path profile;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "How to reach the cluster; else KUBECONFIG, ~/.kube/config, or the pod's own account.")
    private Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "Context of the kubeconfig; else its current one.")
    private String context;

    @Option(names = "--namespace", paramLabel = "NAME", description = "Namespace; else that of the context.")
    private String namespace;

    Cluster connect(Host host) {
        return Cluster.connect(
                new ClusterSettings(kubeconfig == null ? null : host.resolve(kubeconfig), context, namespace));
    }

    /** @throws MlopsException of kind USAGE when none is named */
    ClusterProfile profile(Host host) {
        String named = host.variable(PROFILE);
        if (profile == null && named == null) {
            throw MlopsException.usage(
                    "No cluster profile is named: give --profile or set " + PROFILE + "; docs/kubernetes.md shows one");
        }
        return ClusterProfile.read(host.resolve(profile == null ? Path.of(named) : profile));
    }

    /** Who watches: this user on this machine. It outlives the process, and nobody else has it. */
    static String controller(Host host) {
        String machine;
        try {
            machine = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            machine = "localhost";
        }
        String who = machine + "\n" + System.getProperty("user.name") + "\n" + host.variable("HOME");
        return "cli-" + Digest.of(who.getBytes(StandardCharsets.UTF_8)).hex().substring(0, ID_LENGTH);
    }
}
