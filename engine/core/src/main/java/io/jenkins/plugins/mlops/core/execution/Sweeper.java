package io.jenkins.plugins.mlops.core.execution;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.workload.Labels;
import io.jenkins.plugins.mlops.core.workload.Manifests;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds and removes what trainings have left in a cluster whose watcher is gone for good. It sees objects with our labels alone, and
 * removes none that somebody may still watch: whoever sweeps says which runs are alive. Thread-safe.
 */
public final class Sweeper {

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Cluster cluster;

    /**
     * An object that nobody watches; what it owns goes with it.
     *
     * @param link where people find its run, null for nowhere
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Leftover(
            String kind,
            String name,
            String controller,
            String run,
            String role,
            String attempt,
            String link,
            Instant created,
            @JsonIgnore HasMetadata object) {

        /** For people. */
        @Override
        public String toString() {
            return kind + " " + name + " of run " + run + ", created " + created;
        }
    }

    public Sweeper(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Looks, and removes nothing.
     *
     * @param controller whose objects; null for everybody's, where {@code olderThan} is all that protects others
     * @param olderThan younger objects are left out: their run may be about to say that it is alive
     * @param alive whether somebody watches a run
     */
    public List<Leftover> find(String controller, Duration olderThan, Predicate<String> alive) {
        Instant before = Instant.now().minus(olderThan);
        List<ResourceDefinitionContext> kinds = Arrays.stream(Workload.Kind.values())
                .map(Manifests::customKind)
                .flatMap(Optional::stream)
                .collect(Collectors.toList());
        List<Leftover> found = new ArrayList<>();
        for (HasMetadata object : cluster.listOwn(controller, kinds)) {
            Leftover leftover = leftover(object);
            boolean old = leftover.created != null && !leftover.created.isAfter(before);
            if (old && leftover.run != null && !alive.test(leftover.run)) {
                found.add(leftover);
            }
        }
        found.sort(Comparator.comparing(Leftover::created).thenComparing(Leftover::name));
        return found;
    }

    /**
     * Removes one, if it is still the object that was found. Its pods have ten seconds: their own grace is long, for outputs that
     * nobody waits for any more, and commands that do not hear SIGTERM would hold their GPUs for all of it. They go first: a node does not
     * shorten a grace that has begun.
     */
    public void remove(Leftover leftover) {
        Map<String, String> labels = new HashMap<>(Map.of(Labels.MANAGED_BY, Labels.MANAGER, Labels.RUN, leftover.run));
        put(labels, Labels.ROLE, leftover.role);
        put(labels, Labels.ATTEMPT, leftover.attempt);
        put(labels, Labels.CONTROLLER, leftover.controller);
        for (Pod pod : cluster.listPods(labels)) {
            cluster.delete(pod, GRACE);
        }
        cluster.delete(leftover.object, null);
    }

    private static void put(Map<String, String> labels, String label, String value) {
        if (value != null) {
            labels.put(label, value);
        }
    }

    private static Leftover leftover(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return new Leftover(
                object.getKind(),
                object.getMetadata().getName(),
                labels.get(Labels.CONTROLLER),
                labels.get(Labels.RUN),
                labels.get(Labels.ROLE),
                labels.get(Labels.ATTEMPT),
                annotations == null ? null : annotations.get(Labels.LINK),
                instant(object.getMetadata().getCreationTimestamp()),
                object);
    }

    private static Instant instant(String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
