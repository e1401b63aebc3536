package io.jenkins.plugins.mlops.core.diagnosis;

import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the scheduler leaves unsaid: what the nodes have, what the volume claim waits for, and what may be done. */
final class NodeWords {

    private static final int MAX_NODES = 8;
    private static final Pattern INSUFFICIENT = Pattern.compile("Insufficient (?<resource>[^\\s,;]+)");
    private static final Set<String> COMMON = Set.of("cpu", "memory", "ephemeral-storage", "pods");
    private static final Pattern CLAIM = Pattern.compile("persistentvolumeclaim \"(?<claim>[^\"]+)\" not found");

    private NodeWords() {}

    /** Empty when there is nothing to add. */
    static String about(String said, Workload workload, ClusterFacts facts) {
        List<String> more = new ArrayList<>();
        Matcher short_ = INSUFFICIENT.matcher(said);
        Set<String> resources = new TreeSet<>();
        while (short_.find()) {
            resources.add(trimmed(short_.group("resource")));
        }
        for (String resource : resources) {
            insufficient(resource, workload, facts).ifPresent(more::add);
        }
        if (said.contains("untolerated taint")) {
            more.add("tolerations for that taint come from the specification or the profile");
        }
        if (said.contains("unbound immediate PersistentVolumeClaims")) {
            claims(workload, facts).ifPresent(more::add);
        }
        if (CLAIM.matcher(said).find()) {
            more.add("make it, or name another one in the profile");
        }
        return String.join("; ", more);
    }

    private static String trimmed(String resource) {
        return resource.endsWith(".") ? resource.substring(0, resource.length() - 1) : resource;
    }

    private static Optional<String> insufficient(String resource, Workload workload, ClusterFacts facts) {
        Optional<List<ClusterFacts.Node>> nodes = facts.nodes();
        if (nodes.isEmpty()) {
            return Optional.empty();
        }
        List<ClusterFacts.Node> offering = nodes.get().stream()
                .filter(node -> !isNone(node.allocatable().get(resource)))
                .toList();
        if (offering.isEmpty()) {
            return Optional.of("no node has " + resource + " at all" + others(nodes.get()));
        }
        String wanted = wanted(resource, workload);
        String have = offering.stream()
                .limit(MAX_NODES)
                .map(node -> node.name() + " " + free(node, resource))
                .collect(Collectors.joining(", "));
        String rest = offering.size() > MAX_NODES ? " and " + (offering.size() - MAX_NODES) + " nodes more" : "";
        boolean never = wanted != null
                && offering.stream()
                        .allMatch(node ->
                                Amounts.compare(wanted, node.allocatable().get(resource)) > 0);
        return Optional.of("of " + resource
                + (wanted == null ? "" : " a pod asks for " + wanted + ", and")
                + " nodes have " + have + rest
                + (never ? ", so that no node can ever take it" : ""));
    }

    private static String free(ClusterFacts.Node node, String resource) {
        String all = node.allocatable().get(resource);
        String ready = node.ready() ? "" : ", not ready";
        if (node.used() == null) {
            return all + ready;
        }
        return all + " (" + node.used().getOrDefault(resource, "0") + " used" + ready + ")";
    }

    private static String wanted(String resource, Workload workload) {
        Workload.PodResources resources = workload.resources();
        if (resource.equals(resources.gpuResource())) {
            return Integer.toString(resources.gpus());
        }
        return switch (resource) {
            case "cpu" -> resources.cpu();
            case "memory" -> resources.memory();
            default -> null;
        };
    }

    private static String others(List<ClusterFacts.Node> nodes) {
        Map<String, BigDecimal> offered = new TreeMap<>();
        for (ClusterFacts.Node node : nodes) {
            node.allocatable().forEach((resource, amount) -> {
                if (!COMMON.contains(resource) && !resource.startsWith("hugepages-") && !isNone(amount)) {
                    offered.merge(resource, Amounts.of(amount), BigDecimal::add);
                }
            });
        }
        return offered.isEmpty()
                ? ""
                : "; what nodes have is "
                        + offered.entrySet().stream()
                                .map(one -> one.getKey() + " (" + one.getValue().toPlainString() + ")")
                                .collect(Collectors.joining(", "));
    }

    private static boolean isNone(String amount) {
        return amount == null || Amounts.compare(amount, "0") <= 0;
    }

    private static Optional<String> claims(Workload workload, ClusterFacts facts) {
        if (workload.plan() == null) {
            return Optional.empty();
        }
        Set<String> names = new TreeSet<>();
        if (workload.plan().cache() != null && workload.plan().cache().claim() != null) {
            names.add(workload.plan().cache().claim());
        }
        workload.plan().supplies().stream()
                .filter(supply -> supply.isMounted())
                .forEach(supply -> names.add(supply.claim()));
        String told = names.stream()
                .map(facts::claim)
                .flatMap(Optional::stream)
                .filter(claim -> !"Bound".equals(claim.phase()))
                .map(NodeWords::claim)
                .collect(Collectors.joining("; "));
        return told.isEmpty() ? Optional.empty() : Optional.of(told);
    }

    private static String claim(ClusterFacts.Claim claim) {
        return "volume claim " + claim.name() + " is " + claim.phase()
                + (claim.storageClass() == null ? "" : ", storage class " + claim.storageClass())
                + (claim.said() == null ? "" : ": " + Words.tidy(claim.said()));
    }
}
