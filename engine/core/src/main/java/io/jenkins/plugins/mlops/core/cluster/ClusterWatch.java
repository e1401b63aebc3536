package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GroupVersionForDiscovery;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a cluster holds of one controller's workloads: one list and one watch for each kind of object, however many trainings there
 * are, on one thread of its own. Objects that are gone are kept as they were last seen until {@link #forget}, or until nobody has asked for
 * them for an hour. Of an object whose deletion was asked for more than once, as nodes do, the first time stays. Thread-safe.
 */
public final class ClusterWatch implements AutoCloseable {

    /** The list is made anew after this time at the latest: a watch may miss something, and nobody would know. */
    public static final Duration RELIST = Duration.ofMinutes(5);

    private static final Duration KEPT_UNASKED = Duration.ofHours(1);
    private static final Duration PRUNED_EVERY = Duration.ofMinutes(5);

    /** Kueue finds the queue of an object by this label; what it says of it stands in a Workload that the object owns. */
    private static final String QUEUE = "kueue.x-k8s.io/queue-name";

    private static final String KUEUE = "kueue.x-k8s.io";

    /** Those whose Workloads say what we read, the newest first: Kueue serves the new one from 0.14 on and will drop the old one. */
    private static final List<String> KUEUE_VERSIONS = List.of("v1beta2", "v1beta1");

    private final Cluster cluster;
    private final String controller;
    private final Duration relist;
    private final ScheduledExecutorService timer;
    private final AtomicLong requests = new AtomicLong();
    private final Map<String, Reflection<?>> reflections = new ConcurrentHashMap<>();
    private final Map<String, Run> runs = new ConcurrentHashMap<>();
    private final Map<String, String> runOf = new ConcurrentHashMap<>();
    private final Map<String, GenericKubernetesResource> kueueByOwner = new ConcurrentHashMap<>();
    private final EventShelf events = new EventShelf(runOf::containsKey);
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /** An object as it was last seen, and whether it is gone. */
    private record Seen(HasMetadata object, boolean gone) {}

    /** What is known of one run. */
    private static final class Run {
        private final Map<String, Seen> objects = new ConcurrentHashMap<>();
        private volatile Instant asked = Instant.now();

        private boolean isAsked() {
            return asked.plus(KEPT_UNASKED).isAfter(Instant.now());
        }
    }

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
                "batch/v1/Job",
                client -> client.batch()
                        .v1()
                        .jobs()
                        .inNamespace(cluster.namespace())
                        .withLabel(Labels.CONTROLLER, controller),
                watch.new OwnObjects<Job>());
        watch.reflect(
                "v1/Pod",
                client -> client.pods().inNamespace(cluster.namespace()).withLabel(Labels.CONTROLLER, controller),
                watch.new OwnObjects<Pod>());
        watch.reflect("v1/Event", client -> client.v1().events().inNamespace(cluster.namespace()), watch.new Events());
        watch.timer.scheduleWithFixedDelay(
                watch::prune, PRUNED_EVERY.toMillis(), PRUNED_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return watch;
    }

    /** Watches a further kind too, such as JobSets; once, however often it is asked for. */
    public void watchKind(ResourceDefinitionContext kind) {
        reflect(
                key(kind),
                client -> client.genericKubernetesResources(kind)
                        .inNamespace(cluster.namespace())
                        .withLabel(Labels.CONTROLLER, controller),
                new OwnObjects<GenericKubernetesResource>());
    }

    /** Kueue's Workloads have none of our labels: all of the namespace are taken. */
    private void watchKueue() {
        reflect(
                KUEUE + "/Workload",
                client -> client.genericKubernetesResources(kueueWorkloads(client))
                        .inNamespace(cluster.namespace()),
                new KueueWorkloads());
    }

    /** In the version that the cluster serves now: Kueue may be upgraded while we watch. */
    private static ResourceDefinitionContext kueueWorkloads(KubernetesClient client) {
        APIGroup group = client.getApiGroup(KUEUE);
        List<String> served = group == null
                ? List.of()
                : group.getVersions().stream()
                        .map(GroupVersionForDiscovery::getVersion)
                        .toList();
        return new ResourceDefinitionContext.Builder()
                .withGroup(KUEUE)
                .withVersion(KUEUE_VERSIONS.stream()
                        .filter(served::contains)
                        .findFirst()
                        .orElse(KUEUE_VERSIONS.get(0)))
                .withKind("Workload")
                .withPlural("workloads")
                .withNamespaced(true)
                .build();
    }

    private static String key(ResourceDefinitionContext kind) {
        return kind.getGroup() + "/" + kind.getVersion() + "/" + kind.getKind();
    }

    private <T extends HasMetadata> void reflect(
            String key, Reflection.Source<T> source, Reflection.Listener<T> listener) {
        if (!reflections.containsKey(key)) {
            reflections.computeIfAbsent(key, absent -> {
                Reflection<T> reflection =
                        new Reflection<>(cluster, source, listener, call -> requests.incrementAndGet(), timer, relist);
                reflection.start();
                return reflection;
            });
        }
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
        Set<String> kinds = new HashSet<>(Set.of("batch/v1/Job", "v1/Pod"));
        Run known = runs.computeIfAbsent(run, absent -> new Run());
        known.asked = Instant.now();
        for (Seen one : known.objects.values()) {
            Map<String, String> labels = one.object.getMetadata().getLabels();
            if (!roleLabel.equals(labels.get(Labels.ROLE)) || !attemptLabel.equals(labels.get(Labels.ATTEMPT))) {
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
                kinds.add(one.object.getApiVersion() + "/" + one.object.getKind());
            }
        }
        for (HasMetadata owner : List.copyOf(owners)) {
            GenericKubernetesResource kueue =
                    kueueByOwner.get(owner.getMetadata().getUid());
            if (kueue != null) {
                owners.add(kueue);
                uids.add(kueue.getMetadata().getUid());
            }
        }
        pods.sort(Comparator.comparing(pod -> pod.getMetadata().getName()));
        return new Observation(current(kinds), trouble(kinds), owners, pods, gone, events.of(uids));
    }

    private Stream<Reflection<?>> reflections(Set<String> kinds) {
        return kinds.stream().map(reflections::get).filter(Objects::nonNull);
    }

    private Instant current(Set<String> kinds) {
        List<Instant> moments =
                reflections(kinds).<Instant>map(Reflection::current).toList();
        return moments.stream().anyMatch(Objects::isNull)
                ? null
                : moments.stream().min(Comparator.naturalOrder()).orElse(null);
    }

    private String trouble(Set<String> kinds) {
        return reflections(kinds)
                .<String>map(Reflection::trouble)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** Frees what is kept of a run. */
    public void forget(String run) {
        Run known = runs.get(run);
        if (known != null) {
            known.asked = Instant.EPOCH;
            drop(run, known, known.objects.values().stream().toList());
        }
    }

    private void drop(String run, Run known, List<Seen> dropped) {
        for (Seen one : dropped) {
            String uid = one.object.getMetadata().getUid();
            known.objects.remove(uid);
            runOf.remove(uid);
            events.drop(uid);
        }
        if (known.objects.isEmpty() && !known.isAsked()) {
            runs.remove(run, known);
        }
    }

    private void prune() {
        runs.forEach((run, known) -> {
            if (!known.isAsked()) {
                drop(
                        run,
                        known,
                        known.objects.values().stream().filter(Seen::gone).toList());
            }
        });
    }

    private void tell(String run) {
        listeners.forEach(listener -> listener.accept(run));
    }

    @Override
    public void close() {
        reflections.values().forEach(Reflection::close);
        timer.shutdownNow();
    }

    /** Keeps objects of ours. */
    private final class OwnObjects<T extends HasMetadata> implements Reflection.Listener<T> {
        @Override
        public void changed(T object) {
            ObjectMeta meta = object.getMetadata();
            String run = meta.getLabels().get(Labels.RUN);
            if (run == null) {
                return;
            }
            meta.setManagedFields(null);
            runOf.put(meta.getUid(), run);
            runs.compute(run, (same, before) -> {
                Run known = before == null ? new Run() : before;
                known.objects.compute(meta.getUid(), (uid, last) -> {
                    keepFirstDeletion(last, meta);
                    return new Seen(object, false);
                });
                return known;
            });
            if (meta.getLabels().containsKey(QUEUE) && !(object instanceof Pod)) {
                watchKueue();
            }
            tell(run);
        }

        /** A node that has ended a pod's processes asks for its deletion anew, which writes over when it was asked for first. */
        private void keepFirstDeletion(Seen last, ObjectMeta meta) {
            ObjectMeta before = last == null ? null : last.object.getMetadata();
            if (before != null && before.getDeletionTimestamp() != null && meta.getDeletionTimestamp() != null) {
                meta.setDeletionTimestamp(before.getDeletionTimestamp());
                meta.setDeletionGracePeriodSeconds(before.getDeletionGracePeriodSeconds());
            }
        }

        @Override
        public void gone(T object) {
            String uid = object.getMetadata().getUid();
            String run = object.getMetadata().getLabels().get(Labels.RUN);
            Run known = run == null ? null : runs.get(run);
            if (known == null) {
                return;
            }
            Seen last = known.objects.computeIfPresent(uid, (same, seen) -> new Seen(seen.object, true));
            if (last != null && !known.isAsked()) {
                drop(run, known, List.of(last));
            }
            tell(run);
        }
    }

    /** Keeps what Kueue says, by the object that it says it of. */
    private final class KueueWorkloads implements Reflection.Listener<GenericKubernetesResource> {
        @Override
        public void changed(GenericKubernetesResource object) {
            for (OwnerReference owner : object.getMetadata().getOwnerReferences()) {
                kueueByOwner.put(owner.getUid(), object);
                tellOf(owner.getUid());
            }
        }

        @Override
        public void gone(GenericKubernetesResource object) {
            for (OwnerReference owner : object.getMetadata().getOwnerReferences()) {
                kueueByOwner.remove(owner.getUid());
                tellOf(owner.getUid());
            }
        }
    }

    private void tellOf(String uid) {
        String run = runOf.get(uid);
        if (run != null) {
            tell(run);
        }
    }

    /** Keeps the namespace's events. */
    private final class Events implements Reflection.Listener<Event> {
        @Override
        public void changed(Event event) {
            String uid = events.put(event);
            if (uid != null) {
                tellOf(uid);
            }
        }

        @Override
        public void gone(Event event) {
            events.gone(event);
        }
    }
}
