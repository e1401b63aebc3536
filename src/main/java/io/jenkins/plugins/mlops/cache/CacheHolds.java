package io.jenkins.plugins.mlops.cache;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.FilePath;
import hudson.model.Node;
import hudson.model.Run;
import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.cluster.ControllerId;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.step.AgentTask;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * What builds hold in the caches of nodes, so that no eviction takes it: from a pull on, which leaves a lease in the cache, until the
 * build has ended.
 *
 * <p>A hold is noted in {@code mlops/cache-holds} of the controller's home directory before the pull begins. While the build runs its lease
 * is prolonged; when the build has ended, or is gone, it is let go as soon as its node is there. Where nobody comes any more, since the
 * controller is dead or the node away, a lease ends by itself after {@link #TERM}. Thread-safe.
 */
@Extension
public class CacheHolds {

    /** How long a lease is good for without anybody prolonging it. */
    public static final Duration TERM = Duration.ofHours(12);

    private static final Logger LOGGER = Logger.getLogger(CacheHolds.class.getName());

    /** Characters of a build's name in a holder, which has at most 200. */
    private static final int NAME = 120;

    private final Notes<CacheHold> notes = new Notes<>("cache-holds", CacheHold.class, "a hold of a dataset cache");

    @NonNull
    public static CacheHolds get() {
        return ExtensionList.lookupSingleton(CacheHolds.class);
    }

    /**
     * Notes that a step of a build is going to hold files for {@link #TERM}.
     *
     * @param step the flow node's id: done again, it holds what it pulls then
     * @param node its name
     * @return by which name the pull holds them
     */
    @NonNull
    public String begin(
            @NonNull Run<?, ?> build, @NonNull String step, @NonNull String node, @NonNull AgentCache cache) {
        String name = build.getExternalizableId();
        String identity = ControllerId.get() + " " + name + " " + step;
        String id = Digest.of(identity + " " + node + " " + cache.directory()).hex();
        String holder =
                "build " + printable(name) + " (" + Digest.of(identity).hex().substring(0, 16) + ")";
        notes.put(
                id,
                new CacheHold(
                        id, name, node, cache.directory(), holder, Instant.now().plus(TERM)));
        return holder;
    }

    private static String printable(String name) {
        return name.substring(0, Math.min(NAME, name.length())).replaceAll("[\\p{Cntrl}\\x{2028}\\x{2029}]", "?");
    }

    /** Whether a build holds anything. */
    boolean holds(@NonNull Run<?, ?> build) {
        String id = build.getExternalizableId();
        return notes.all().stream().anyMatch(hold -> hold.build().equals(id));
    }

    /** Whether anything is held on a node. */
    boolean anyOn(@NonNull String node) {
        return notes.all().stream().anyMatch(hold -> hold.node().equals(node));
    }

    /** A job has another full name, or another place: its builds are the same. */
    synchronized void moved(@NonNull String before, @NonNull String now) {
        for (CacheHold hold : notes.all()) {
            int number = hold.build().lastIndexOf('#');
            if (number >= 0 && hold.build().substring(0, number).equals(before)) {
                notes.put(hold.id(), hold.of(now + hold.build().substring(number)));
            }
        }
    }

    /** Lets go of what builds held that are over, and prolongs what the others hold, as far as nodes are there. */
    void tend() {
        tend(Instant.now());
    }

    synchronized void tend(Instant now) {
        for (CacheHold hold : notes.all()) {
            boolean over = isOver(hold);
            if (!over && hold.until().isAfter(now.plus(TERM.dividedBy(2)))) {
                continue;
            }
            FilePath node = node(hold.node());
            if (node != null) {
                tend(hold, over, node, now);
            } else if (hold.until().isBefore(now)) {
                notes.remove(hold.id());
            }
        }
    }

    private void tend(CacheHold hold, boolean over, FilePath node, Instant now) {
        try {
            if (over) {
                node.act(new LetGo(hold.directory(), hold.holder()));
                notes.remove(hold.id());
            } else {
                Instant end = now.plus(TERM);
                notes.put(hold.id(), hold.prolonged(end));
                node.act(new Prolong(hold.directory(), hold.holder(), end.toEpochMilli()));
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.INFO, e, () -> "what " + hold.holder() + " holds on " + hold.node() + " is tended later");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isOver(CacheHold hold) {
        Run<?, ?> build = Notes.build(hold.build());
        return build == null || !build.isBuilding();
    }

    /** Null while it is away, or gone. */
    @CheckForNull
    private static FilePath node(String name) {
        Jenkins jenkins = Jenkins.get();
        Node node = name.isEmpty() ? jenkins : jenkins.getNode(name);
        return node == null ? null : node.getRootPath();
    }

    private static final class LetGo extends AgentTask<Void> {

        private static final long serialVersionUID = 1L;

        private final String cache;
        private final String holder;

        LetGo(String cache, String holder) {
            this.cache = cache;
            this.holder = holder;
        }

        @Override
        protected Void run(Path directory) {
            DatasetCache.at(Path.of(cache)).letGo(holder);
            return null;
        }
    }

    private static final class Prolong extends AgentTask<Boolean> {

        private static final long serialVersionUID = 1L;

        private final String cache;
        private final String holder;
        private final long untilMillis;

        Prolong(String cache, String holder, long untilMillis) {
            this.cache = cache;
            this.holder = holder;
            this.untilMillis = untilMillis;
        }

        @Override
        protected Boolean run(Path directory) {
            return DatasetCache.at(Path.of(cache)).prolong(holder, Instant.ofEpochMilli(untilMillis));
        }
    }
}
