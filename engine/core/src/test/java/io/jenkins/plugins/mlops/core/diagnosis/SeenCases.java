package io.jenkins.plugins.mlops.core.diagnosis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a real cluster (Kubernetes 1.34) held of small workloads at their end, or a minute after they had got stuck. */
final class SeenCases {

    static final Instant READY = Instant.parse("2026-11-27T20:23:58Z");
    static final Instant NOW = Instant.parse("2026-11-27T20:40:00Z");

    private static final JsonNode CASES = read();

    private SeenCases() {}

    private static JsonNode read() {
        try (InputStream in = SeenCases.class.getResourceAsStream("seen.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Observation observation(String name) {
        JsonNode found = CASES.get(name);
        List<String> gone = new ArrayList<>();
        HasMetadata job = parse(found.get("job"), Job.class, gone);
        List<Pod> pods = new ArrayList<>();
        found.get("pods").forEach(pod -> pods.add(parse(pod, Pod.class, gone)));
        List<Event> events = new ArrayList<>();
        found.get("events").forEach(event -> events.add(parse(event, Event.class, new ArrayList<>())));
        return new Observation(NOW, null, List.of(job), pods, gone, events);
    }

    /** What was being deleted when it was seen last is gone. */
    private static <T extends HasMetadata> T parse(JsonNode node, Class<T> type, List<String> gone) {
        T object = Serialization.unmarshal(node.toString(), type);
        if (object.getMetadata().getDeletionTimestamp() != null) {
            gone.add(object.getMetadata().getUid());
        }
        return object;
    }

    static <T> T yaml(String text, Class<T> type) {
        return Serialization.unmarshal("---\n" + text, type);
    }

    static Workload workload(String name) {
        return workload(CASES.get(name).get("nodes").asInt());
    }

    static Workload workload(int nodes) {
        return new Workload(
                "digits",
                Workload.Kind.JOB,
                new Workload.Identity("controller", "run", Workload.Role.TRAINING, null),
                nodes,
                "registry.example.com/test/busybox@sha256:c0",
                null,
                null,
                null,
                null,
                new Workload.PodResources(1, "nvidia.com/gpu", "1", "32Mi", "8Mi"),
                Workload.Placement.anywhere(),
                Workload.Security.RESTRICTED,
                new Workload.Limits(Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofSeconds(5), null, 3, 0),
                null);
    }
}
