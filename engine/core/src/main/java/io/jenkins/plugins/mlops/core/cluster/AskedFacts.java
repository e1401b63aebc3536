package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What a cluster answers, kept for half a minute: many trainings that wait for the same nodes ask once. */
final class AskedFacts implements ClusterFacts {

    private static final Duration KEPT = Duration.ofSeconds(30);
    private static final long MAX_PODS = 5_000;

    private final Cluster cluster;
    private final Map<String, Kept<?>> kept = new ConcurrentHashMap<>();

    private record Kept<T>(Instant at, Optional<T> answer) {}

    AskedFacts(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Optional<List<Node>> nodes() {
        return asked("nodes", this::askNodes);
    }

    @Override
    public Optional<Claim> claim(String name) {
        return asked("claim " + name, () -> askClaim(name));
    }

    /** One caller asks, others of the same thing wait for its answer. */
    @SuppressWarnings("unchecked")
    private <T> Optional<T> asked(String what, Supplier<T> question) {
        return (Optional<T>) kept.compute(what, (same, before) -> {
                    boolean fresh = before != null && before.at.plus(KEPT).isAfter(Instant.now());
                    return fresh ? before : new Kept<>(Instant.now(), answer(question));
                })
                .answer;
    }

    private <T> Optional<T> answer(Supplier<T> question) {
        try {
            cluster.countRequest();
            return Optional.ofNullable(question.get());
        } catch (KubernetesClientException e) {
            return Optional.empty();
        }
    }

    private List<Node> askNodes() {
        KubernetesClient client = cluster.client();
        List<io.fabric8.kubernetes.api.model.Node> nodes = client.nodes().list().getItems();
        Map<String, Map<String, BigDecimal>> used = answer(() -> used(client)).orElse(null);
        return nodes.stream()
                .map(node -> new Node(
                        node.getMetadata().getName(),
                        isReady(node),
                        text(node.getStatus().getAllocatable()),
                        used == null
                                ? null
                                : plain(used.getOrDefault(node.getMetadata().getName(), Map.of())),
                        node.getMetadata().getLabels()))
                .sorted(Comparator.comparing(Node::name))
                .toList();
    }

    private static boolean isReady(io.fabric8.kubernetes.api.model.Node node) {
        boolean open =
                node.getSpec() == null || !Boolean.TRUE.equals(node.getSpec().getUnschedulable());
        return open
                && node.getStatus().getConditions().stream()
                        .anyMatch(one -> "Ready".equals(one.getType()) && "True".equals(one.getStatus()));
    }

    /** What the pods of each node ask for; null when there are too many pods to count. */
    private static Map<String, Map<String, BigDecimal>> used(KubernetesClient client) {
        var answer = client.pods()
                .inAnyNamespace()
                .list(new ListOptionsBuilder()
                        .withLimit(MAX_PODS)
                        .withFieldSelector("spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed")
                        .build());
        String more = answer.getMetadata().getContinue();
        if (more != null && !more.isEmpty()) {
            return null;
        }
        Map<String, Map<String, BigDecimal>> used = new HashMap<>();
        for (Pod pod : answer.getItems()) {
            Map<String, BigDecimal> ofNode = used.computeIfAbsent(pod.getSpec().getNodeName(), node -> new HashMap<>());
            for (Container container : pod.getSpec().getContainers()) {
                if (container.getResources() != null && container.getResources().getRequests() != null) {
                    container
                            .getResources()
                            .getRequests()
                            .forEach((resource, amount) ->
                                    ofNode.merge(resource, amount.getNumericalAmount(), BigDecimal::add));
                }
            }
        }
        return used;
    }

    private static Map<String, String> text(Map<String, Quantity> amounts) {
        Map<String, String> text = new TreeMap<>();
        if (amounts != null) {
            amounts.forEach((resource, amount) -> text.put(resource, amount.toString()));
        }
        return text;
    }

    private static Map<String, String> plain(Map<String, BigDecimal> amounts) {
        Map<String, String> text = new TreeMap<>();
        amounts.forEach((resource, amount) ->
                text.put(resource, amount.stripTrailingZeros().toPlainString()));
        return text;
    }

    private Claim askClaim(String name) {
        PersistentVolumeClaim claim = cluster.client()
                .persistentVolumeClaims()
                .inNamespace(cluster.namespace())
                .withName(name)
                .get();
        if (claim == null) {
            return null;
        }
        return new Claim(
                name,
                claim.getStatus() == null ? "Pending" : claim.getStatus().getPhase(),
                claim.getSpec().getStorageClassName(),
                saidOf(claim.getMetadata().getUid()));
    }

    private String saidOf(String uid) {
        cluster.countRequest();
        return cluster
                .client()
                .v1()
                .events()
                .inNamespace(cluster.namespace())
                .withField("involvedObject.uid", uid)
                .list()
                .getItems()
                .stream()
                .max(Comparator.comparing(EventShelf::last))
                .map(event -> Objects.toString(event.getMessage(), null))
                .orElse(null);
    }
}
