package io.jenkins.plugins.mlops.core.execution;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is known of an attempt that failed, kept before its objects are removed: {@code end.json}, the last lines of every rank
 * ({@code rank-N.txt}) and of its tool containers that failed ({@code rank-N-supply.txt}), {@code events.txt}, {@code nodes.json}, {@code status.yaml} (owners and pods as last seen) and {@code objects.yaml} (as the cluster was given
 * them, secrets masked). Written again, it keeps what it had where less is known now.
 */
final class FailureBundle {

    private static final int LINES = 200;
    private static final int LINE_LENGTH = 2000;

    private FailureBundle() {}

    static void write(Path bundle, ExecutionState state, Observation seen, Path directory) throws IOException {
        Files.createDirectories(bundle);
        put(bundle.resolve("end.json"), Documents.toJson(state.present(state.since)));
        for (PodFacts pod : state.pods.values()) {
            List<String> last = RankLog.tail(Execution.log(directory, pod.rank()), LINES, LINE_LENGTH);
            if (!last.isEmpty()) {
                put(bundle.resolve("rank-" + pod.rank() + ".txt"), String.join("\n", last) + "\n");
            }
        }
        if (!seen.events().isEmpty()) {
            put(
                    bundle.resolve("events.txt"),
                    seen.events().stream().map(FailureBundle::line).collect(Collectors.joining("\n")) + "\n");
        }
        if (!seen.pods().isEmpty() || !seen.owners().isEmpty()) {
            List<HasMetadata> all = new ArrayList<>(seen.owners());
            List<Pod> pods = seen.pods();
            all.addAll(pods);
            put(
                    bundle.resolve("status.yaml"),
                    all.stream().map(Serialization::asYaml).collect(Collectors.joining()));
        }
        Path objects = Execution.objects(directory, state.attempt);
        if (Files.exists(objects)) {
            put(bundle.resolve("objects.yaml"), Files.readString(objects));
        }
    }

    /** The last lines of tool containers that failed, by what they are called. */
    static void writeTools(Path bundle, Map<String, List<String>> tools) throws IOException {
        for (Map.Entry<String, List<String>> tool : tools.entrySet()) {
            put(
                    bundle.resolve(tool.getKey().replace(", ", "-").replace(' ', '-') + ".txt"),
                    String.join("\n", tool.getValue()) + "\n");
        }
    }

    /** The nodes that the pods ran on, when they may be read. */
    static void writeNodes(Path bundle, ExecutionState state, ClusterFacts facts) throws IOException {
        Set<String> names = state.pods.values().stream()
                .map(PodFacts::node)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        Optional<List<ClusterFacts.Node>> nodes = names.isEmpty() ? Optional.empty() : facts.nodes();
        if (nodes.isPresent()) {
            put(
                    bundle.resolve("nodes.json"),
                    Documents.toJson(nodes.get().stream()
                            .filter(node -> names.contains(node.name()))
                            .collect(Collectors.toList())));
        }
    }

    private static String line(Event event) {
        String at = event.getLastTimestamp() != null
                ? event.getLastTimestamp()
                : event.getEventTime() == null
                        ? event.getMetadata().getCreationTimestamp()
                        : event.getEventTime().getTime();
        String about = event.getInvolvedObject() == null
                ? ""
                : event.getInvolvedObject().getKind() + " "
                        + event.getInvolvedObject().getName();
        return at + " " + event.getType() + " " + event.getReason() + " " + about + ": "
                + Objects.toString(event.getMessage(), "").replace('\n', ' ')
                + (event.getCount() == null || event.getCount() < 2 ? "" : " (" + event.getCount() + " times)");
    }

    private static void put(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
