package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A copy of the cluster's objects of one kind, kept current by a list and the watch that follows it.
 *
 * <p>States: LISTING; WATCHING from the list's version on, until the watch ends, by the server or by the time after which the list
 * is made anew all the same; then LISTING again, at once when the watch had lived for a while, else after a wait that doubles up to
 * ten seconds. A list that fails leaves the copy as it is and says why; so nothing that a watch misses stays missed. The copy is
 * read from any thread.
 *
 * @param <T> the kind
 */
final class Reflection<T extends HasMetadata> {

    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);
    private static final Duration GOOD_LIFE = Duration.ofSeconds(5);
    private static final long PAGE = 500;

    /** Where objects of the kind are found with a client; each list and watch asks anew. */
    interface Source<T extends HasMetadata>
            extends Function<KubernetesClient, FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?>> {}

    /** What hears of changes. */
    interface Listener<T> {
        void changed(T object);

        void gone(T object);
    }

    private final Cluster cluster;
    private final Source<T> source;
    private final Listener<T> listener;
    private final Consumer<String> requests;
    private final ScheduledExecutorService timer;
    private final Duration relist;
    private final Map<String, T> objects = new ConcurrentHashMap<>();

    private Watch watch;
    private int generation;
    private boolean closed;
    private Duration wait = FIRST_WAIT;
    private Instant listed;
    private volatile boolean watching;
    private volatile Instant current;
    private volatile String trouble;

    Reflection(
            Cluster cluster,
            Source<T> source,
            Listener<T> listener,
            Consumer<String> requests,
            ScheduledExecutorService timer,
            Duration relist) {
        this.cluster = cluster;
        this.source = source;
        this.listener = listener;
        this.requests = requests;
        this.timer = timer;
        this.relist = relist;
    }

    void start() {
        timer.execute(this::list);
    }

    /** When the copy was known to be the cluster's state for the last time; null before the first list. */
    Instant current() {
        return watching ? Instant.now() : current;
    }

    /** Why the cluster does not answer; null while it does. */
    String trouble() {
        return trouble;
    }

    private void list() {
        int mine;
        synchronized (this) {
            if (closed) {
                return;
            }
            closeWatch();
            mine = ++generation;
        }
        try {
            String version = replace();
            requests.accept("watch");
            synchronized (this) {
                listed = Instant.now();
            }
            Watch opened = source.apply(cluster.client())
                    .watch(
                            new ListOptionsBuilder()
                                    .withResourceVersion(version)
                                    .withAllowWatchBookmarks(true)
                                    .build(),
                            new Follower(mine));
            synchronized (this) {
                if (closed || mine != generation) {
                    opened.close();
                    return;
                }
                watch = opened;
                watching = true;
                trouble = null;
            }
            timer.schedule(() -> relist(mine), relist.toMillis(), TimeUnit.MILLISECONDS);
        } catch (KubernetesClientException e) {
            failed(
                    mine,
                    Answers.failure(cluster.name(), "list what it holds", e).getMessage());
        } catch (RuntimeException e) {
            failed(mine, "Cluster " + cluster.name() + " cannot be watched: " + e.getMessage());
        }
    }

    private String replace() {
        Set<String> seen = new HashSet<>();
        String from = null;
        String version;
        do {
            requests.accept("list");
            ListOptions page =
                    new ListOptionsBuilder().withLimit(PAGE).withContinue(from).build();
            KubernetesResourceList<T> answer = source.apply(cluster.client()).list(page);
            for (T object : answer.getItems()) {
                seen.add(object.getMetadata().getUid());
                put(object);
            }
            from = answer.getMetadata().getContinue();
            version = answer.getMetadata().getResourceVersion();
        } while (from != null && !from.isEmpty());
        for (T object : objects.values()) {
            if (!seen.contains(object.getMetadata().getUid())) {
                remove(object);
            }
        }
        return version;
    }

    private void put(T object) {
        T before = objects.put(object.getMetadata().getUid(), object);
        if (before == null
                || !before.getMetadata()
                        .getResourceVersion()
                        .equals(object.getMetadata().getResourceVersion())) {
            listener.changed(object);
        }
    }

    private void remove(T object) {
        objects.remove(object.getMetadata().getUid());
        listener.gone(object);
    }

    private synchronized void relist(int of) {
        if (of == generation && !closed) {
            timer.execute(this::list);
        }
    }

    private synchronized void failed(int of, String why) {
        if (of == generation && !closed) {
            trouble = why;
            again(wait);
        }
    }

    private synchronized void ended(int of) {
        if (of != generation || closed) {
            return;
        }
        if (Duration.between(listed, Instant.now()).compareTo(GOOD_LIFE) > 0) {
            wait = FIRST_WAIT;
            again(Duration.ofMillis(ThreadLocalRandom.current().nextLong(200)));
        } else {
            again(wait);
        }
    }

    private void again(Duration after) {
        generation++;
        unwatched();
        long millis = after.toMillis();
        timer.schedule(
                this::list, millis + ThreadLocalRandom.current().nextLong(millis / 4 + 1), TimeUnit.MILLISECONDS);
        Duration doubled = wait.multipliedBy(2);
        wait = doubled.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : doubled;
    }

    /** What is known is of now at the latest. */
    private void unwatched() {
        if (watching) {
            current = Instant.now();
            watching = false;
        }
    }

    private void closeWatch() {
        unwatched();
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }

    synchronized void close() {
        closed = true;
        closeWatch();
    }

    /** Takes what one watch tells, as long as it is the current one. */
    private final class Follower implements Watcher<T> {
        private final int of;

        Follower(int of) {
            this.of = of;
        }

        @Override
        public void eventReceived(Action action, T object) {
            // Under the lock, so that what an older watch still has to tell does not write over what a later list has
            // found.
            synchronized (Reflection.this) {
                if (of != generation || closed) {
                    return;
                }
                switch (action) {
                    case ADDED, MODIFIED -> put(object);
                    case DELETED -> {
                        listener.changed(object);
                        remove(object);
                    }
                    default -> {
                        // A bookmark, or an error that ends the watch by itself.
                    }
                }
            }
        }

        @Override
        public void onClose(WatcherException cause) {
            ended(of);
        }

        @Override
        public void onClose() {
            ended(of);
        }
    }
}
