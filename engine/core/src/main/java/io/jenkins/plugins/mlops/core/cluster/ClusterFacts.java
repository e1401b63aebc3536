package io.jenkins.plugins.mlops.core.cluster;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a cluster has, beside a workload's own objects; for sentences, not for decisions. Each is empty when the cluster's rules do
 * not let us read it, or when it does not answer. Answers may be half a minute old.
 */
public interface ClusterFacts {

    /** Asks a cluster when somebody wants to know, for all who do within half a minute once. */
    static ClusterFacts of(Cluster cluster) {
        return new AskedFacts(cluster);
    }

    /** Nothing is known. */
    ClusterFacts NONE = new ClusterFacts() {
        @Override
        public Optional<List<Node>> nodes() {
            return Optional.empty();
        }

        @Override
        public Optional<Claim> claim(String name) {
            return Optional.empty();
        }
    };

    /**
     * A node.
     *
     * @param ready whether it takes pods, as far as it is known
     * @param allocatable amounts by resource, as the cluster writes them
     * @param used the same for what its pods have asked for; null when unknown
     */
    record Node(
            String name,
            boolean ready,
            Map<String, String> allocatable,
            Map<String, String> used,
            Map<String, String> labels) {
        /** Without labels. */
        public Node(String name, boolean ready, Map<String, String> allocatable, Map<String, String> used) {
            this(name, ready, allocatable, used, null);
        }

        public Node {
            allocatable = Map.copyOf(allocatable);
            used = used == null ? null : Map.copyOf(used);
            labels = labels == null ? Map.of() : Map.copyOf(labels);
        }
    }

    /**
     * A PersistentVolumeClaim of the namespace.
     *
     * @param phase such as Pending
     * @param storageClass null for the cluster's default
     * @param said the newest of its events, in the cluster's own words; null for none
     */
    record Claim(String name, String phase, String storageClass, String said) {}

    /** All nodes, by name. */
    Optional<List<Node>> nodes();

    Optional<Claim> claim(String name);
}
