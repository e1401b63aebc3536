package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.dataset.CacheStats.Amount;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Removes from a cache what was used least recently, while pulls go on in other threads and processes.
 *
 * <p>The protocol. All who look for a file in the cache in order to use it hold it first, and all who remove one look who holds
 * it; both under one lock, the gate, which each has for milliseconds only:
 *
 * <ol>
 *   <li>A pull takes a lock of its own (the lease's), then, in the gate, appends to its lease file what it will place. Only after
 *       that it looks whether the cache has it; what is missing it downloads. When all is placed, it removes the lease file and then
 *       lets the lock go. Of objects whose digest is not known before they are read, the digest is held as soon as it is known, before the
 *       cache is looked into for it.
 *   <li>An eviction counts and chooses without any lock. It removes in batches: in the gate, it reads the leases anew, what has
 *       grown of them, and removes those files of the batch that nobody holds.
 * </ol>
 *
 * <p>So a batch comes either before a lease, and the pull sees that the file is gone and downloads it, or after, and the file stays. A
 * lease counts while the lock of its name is held: a process that is killed loses it at once, and the next eviction removes its
 * file. A process that is killed in the gate loses the gate. A named lease has no lock and counts until its time. A lease that
 * cannot be read stops the eviction, since it may hold anything.
 *
 * <p>A file with several names is linked into directories: removing it here frees nothing, and it stays. When a link is made between
 * count and removal, the pull that made it has held it, or the removal costs no more than a later download. Downloads that nobody goes
 * on with are removed under the lock of their name, which whoever goes on with them holds.
 *
 * <p>One eviction runs at a time. The files are walked over twice, once to count by the hour of the last use, once to remove, so that
 * the number of files does not matter for the memory; within an hour the order is any.
 */
final class CacheEviction {

    /** The lock that one eviction holds. */
    static final String LOCK = "eviction";

    private static final int BATCH = 256;

    private final DatasetCache cache;
    private final EvictionLimits limits;
    private final boolean dryRun;
    private final ProgressListener progress;
    private final Instant now;
    private final CacheLeases leases;

    private Amount evicted = Amount.NONE;

    /** @param dryRun whether nothing is removed */
    CacheEviction(DatasetCache cache, EvictionLimits limits, boolean dryRun, ProgressListener progress, Instant now)
            throws IOException {
        this.cache = cache;
        this.limits = limits;
        this.dryRun = dryRun;
        this.progress = progress;
        this.now = now;
        this.leases = new CacheLeases(cache.directory(), cache.locks());
    }

    /**
     * The caller holds {@link #LOCK}.
     *
     * @param withNotes whether the small notes are cleared away too, of which all are read for that
     * @param until when to stop, though more would have to go
     */
    EvictionResult run(boolean withNotes, Instant until) throws IOException {
        CacheLeftovers leftovers = new CacheLeftovers(cache, dryRun, now);
        Amount partial = leftovers.clearPartial(limits.maxAge());
        refreshLeases();
        CacheSurvey survey = new CacheSurvey(leases::holds, now);
        survey.count(cache.directory(), progress);
        long total = survey.cached().bytes()
                + CacheSurvey.amountIn(cache.directory().resolve(DatasetCache.PARTIAL))
                        .bytes()
                - (dryRun ? partial.bytes() : 0)
                + cache.quarantine().amount().bytes();
        Cut cut = new Cut(survey.evictableByHour(), limits, total, now);
        if (cut.hasWork()) {
            evict(cut, until);
        }
        Amount notes = withNotes ? leftovers.clearNotes() : Amount.NONE;
        return new EvictionResult(evicted, partial, notes, survey.linked(), survey.held(), total - evicted.bytes());
    }

    private void refreshLeases() throws IOException {
        cache.locks().holding(CacheLeases.GATE, () -> {
            leases.refresh(now);
            return null;
        });
    }

    private void evict(Cut cut, Instant until) throws IOException {
        ProgressCount count = new ProgressCount(progress, "evicting", -1, -1);
        for (Path shard : CachedFile.shards(cache.directory())) {
            List<CachedFile> wanted = CachedFile.in(shard).stream()
                    .filter(file -> !file.isLinked() && cut.mayTake(file))
                    .toList();
            for (int from = 0; from < wanted.size(); from += BATCH) {
                if (Instant.now().isAfter(until)) {
                    return;
                }
                List<CachedFile> batch = wanted.subList(from, Math.min(wanted.size(), from + BATCH));
                Amount before = evicted;
                if (dryRun) {
                    take(batch, cut);
                } else {
                    cache.locks().holding(CacheLeases.GATE, () -> {
                        leases.refresh(Instant.now());
                        take(batch, cut);
                        return null;
                    });
                }
                count.add(evicted.files() - before.files(), evicted.bytes() - before.bytes());
            }
        }
    }

    private void take(List<CachedFile> batch, Cut cut) throws IOException {
        for (CachedFile listed : batch) {
            Optional<CachedFile> file = CachedFile.read(listed.path());
            if (file.isPresent()
                    && !file.get().isLinked()
                    && !leases.holds(file.get().sha256())
                    && cut.take(file.get())) {
                if (!dryRun) {
                    Files.deleteIfExists(listed.path());
                }
                evicted = evicted.plus(file.get().size());
            }
        }
    }

    /** Which files go: all up to an hour of last use, and of the next hour as many as are needed. */
    private static final class Cut {
        private final long ageMillis;
        private long wholeHours = Long.MIN_VALUE;
        private long lastHour = Long.MIN_VALUE;
        private long wantedOfLastHour;

        Cut(Map<Long, Amount> evictableByHour, EvictionLimits limits, long total, Instant now) {
            ageMillis = limits.maxAge() == null
                    ? Long.MIN_VALUE
                    : now.minus(limits.maxAge()).toEpochMilli();
            long wanted = limits.maxBytes() == null ? 0 : total - limits.maxBytes();
            for (Map.Entry<Long, Amount> hour : evictableByHour.entrySet()) {
                if (wanted <= 0) {
                    break;
                }
                wholeHours = lastHour;
                lastHour = hour.getKey();
                wantedOfLastHour = wanted;
                wanted -= hour.getValue().bytes();
            }
        }

        boolean hasWork() {
            return ageMillis != Long.MIN_VALUE || wantedOfLastHour > 0;
        }

        boolean mayTake(CachedFile file) {
            return file.lastUseMillis() < ageMillis
                    || CacheSurvey.hour(file) <= wholeHours
                    || CacheSurvey.hour(file) == lastHour && wantedOfLastHour > 0;
        }

        boolean take(CachedFile file) {
            if (!mayTake(file)) {
                return false;
            }
            if (CacheSurvey.hour(file) == lastHour) {
                wantedOfLastHour -= file.size();
            }
            return true;
        }
    }
}
