package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.jenkins.plugins.mlops.core.workload.Labels;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What a cluster holds of one controller's workloads: one list and one watch for each kind of object, however many trainings there
 * are, on one thread of its own. Objects that are gone are kept as they were last seen until {@link #forget}. Thread-safe.
 */
public final class ClusterWatch implements AutoCloseable {

    /** The list is made anew after this time at the latest: a watch may miss something, and nobody would know. */
    public static final Duration RELIST = Duration.ofMinutes(5);

    private static final int MAX_EVENTS = 20_000;

    private final Cluster cluster;
    private final String controller;
    private final Duration relist;
    private final ScheduledExecutorService timer;
    private final AtomicLong requests = new AtomicLong();
    private final List<Reflection<?>> reflections = new CopyOnWriteArrayList<>();
    private final Set<String> kinds = ConcurrentHashMap.newKeySet();
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();
    private final Map<String, Event> events = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /** An object as it was last seen, and whether it is gone. */
    private record Seen(HasMetadata object, boolean gone) {}

    private ClusterWatch(Cluster cluster, String controller, Duration relist) {
        this.cluster = cluster;
        this.controller = controller;
        this.relist = relist;
        this.timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "mlops watch of " + cluster.name());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Begins to watch a controller's Jobs and pods, and the namespace's events. Nothing is known at once.
     *
     * @param relist usually {@link #RELIST}
     */
    public static ClusterWatch start(Cluster cluster, String controller, Duration relist) {
        ClusterWatch watch = new ClusterWatch(cluster, controller, relist);
        watch.reflect(
                client -> client.batch()
                        .v1()
                        .jobs()
                        .inNamespace(cluster.namespace())
                        .withLabel(Labels.CONTROLLER, controller),
                watch.new OwnObjects<Job>());
        watch.reflect(
                client -> client.pods().inNamespace(cluster.namespace()).withLabel(Labels.CONTROLLER, controller),
                watch.new OwnObjects<Pod>());
        watch.reflect(client -> client.v1().events().inNamespace(cluster.namespace()), watch.new Events());
        return watch;
    }

    /** Watches a further kind too, such as JobSets; once, however often it is asked for. */
    public void watchKind(ResourceDefinitionContext kind) {
        if (kinds.add(kind.getGroup() + "/" + kind.getVersion() + "/" + kind.getKind())) {
            reflect(
                    client -> client.genericKubernetesResources(kind)
                            .inNamespace(cluster.namespace())
                            .withLabel(Labels.CONTROLLER, controller),
                    new OwnObjects<GenericKubernetesResource>());
        }
    }

    private <T extends HasMetadata> void reflect(Reflection.Source<T> source, Reflection.Listener<T> listener) {
        Reflection<T> reflection =
                new Reflection<>(cluster, source, listener, call -> requests.incrementAndGet(), timer, relist);
        reflections.add(reflection);
        reflection.start();
    }

    /** Hears of each change the run that it belongs to; called on threads of the client, so it returns at once. */
    public void onChange(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** How many lists and watches were asked for. */
    public long requests() {
        return requests.get();
    }

    /** What is known of one attempt's objects. */
    public Observation observe(String run, Workload.Role role, int attempt) {
        String roleLabel = Labels.role(role);
        String attemptLabel = Integer.toString(attempt);
        List<HasMetadata> owners = new ArrayList<>();
        List<Pod> pods = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        Set<String> uids = new HashSet<>();
        for (Seen one : seen.values()) {
            Map<String, String> labels = one.object.getMetadata().getLabels();
            if (!run.equals(labels.get(Labels.RUN))
                    || !roleLabel.equals(labels.get(Labels.ROLE))
                    || !attemptLabel.equals(labels.get(Labels.ATTEMPT))) {
                continue;
            }
            String uid = one.object.getMetadata().getUid();
            uids.add(uid);
            if (one.gone) {
                gone.add(uid);
            }
            if (one.object instanceof Pod pod) {
                pods.add(pod);
            } else {
                owners.add(one.object);
            }
        }
        pods.sort(Comparator.comparing(pod -> pod.getMetadata().getName()));
        List<Event> about = events.values().stream()
                .filter(event -> event.getInvolvedObject() != null
                        && uids.contains(event.getInvolvedObject().getUid()))
                .sorted(Comparator.comparing(ClusterWatch::last))
                .collect(Collectors.toList());
        return new Observation(current(), trouble(), owners, pods, gone, about);
    }

    /** When an event happened for the last time, as the text that the cluster has for it. */
    static String last(Event event) {
        if (event.getLastTimestamp() != null) {
            return event.getLastTimestamp();
        }
        return event.getEventTime() == null
                ? String.valueOf(event.getMetadata().getCreationTimestamp())
                : event.getEventTime().getTime();
    }

    private Instant current() {
        Instant oldest = null;
        for (Reflection<?> reflection : reflections) {
            Instant at = reflection.current();
            if (at == null) {
                return null;
            }
            oldest = oldest == null || at.isBefore(oldest) ? at : oldest;
        }
        return oldest;
    }

    private String trouble() {
        return reflections.stream()
                .map(Reflection::trouble)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** Frees what is kept of a run. */
    public void forget(String run) {
        seen.values()
                .removeIf(one -> run.equals(one.object.getMetadata().getLabels().get(Labels.RUN)));
    }

    private void tell(HasMetadata object) {
        String run = object.getMetadata().getLabels().get(Labels.RUN);
        if (run != null) {
            listeners.forEach(listener -> listener.accept(run));
        }
    }

    @Override
    public void close() {
        reflections.forEach(Reflection::close);
        timer.shutdownNow();
    }

    /** Keeps objects of ours. */
    private final class OwnObjects<T extends HasMetadata> implements Reflection.Listener<T> {
        @Override
        public void changed(T object) {
            seen.put(object.getMetadata().getUid(), new Seen(object, false));
            tell(object);
        }

        @Override
        public void gone(T object) {
            seen.computeIfPresent(object.getMetadata().getUid(), (uid, last) -> new Seen(last.object, true));
            tell(object);
        }
    }

    /** Keeps the namespace's events, as many as may be of use. */
    private final class Events implements Reflection.Listener<Event> {
        @Override
        public void changed(Event event) {
            if (events.size() < MAX_EVENTS) {
                events.put(event.getMetadata().getUid(), event);
            }
            Seen about = event.getInvolvedObject() == null
                            || event.getInvolvedObject().getUid() == null
                    ? null
                    : seen.get(event.getInvolvedObject().getUid());
            if (about != null) {
                tell(about.object);
            }
        }

        @Override
        public void gone(Event event) {
            events.remove(event.getMetadata().getUid());
        }
    }
}
