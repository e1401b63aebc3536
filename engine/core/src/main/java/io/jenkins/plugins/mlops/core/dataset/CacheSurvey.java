package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.dataset.CacheStats.Amount;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Counts what is in a cache, without keeping a list of it: a cache of any size is counted in the same memory.
 */
final class CacheSurvey {

    private static final int[] AGES_IN_DAYS = {1, 7, 30, 90};

    private final Predicate<Digest> isHeld;
    private final Instant now;
    private final TreeMap<Long, Amount> evictableByHour = new TreeMap<>();
    private final Amount[] byAge = new Amount[AGES_IN_DAYS.length + 1];
    private Amount cached = Amount.NONE;
    private Amount linked = Amount.NONE;
    private Amount held = Amount.NONE;

    /** @param isHeld whether somebody holds a file */
    CacheSurvey(Predicate<Digest> isHeld, Instant now) {
        this.isHeld = isHeld;
        this.now = now;
        Arrays.fill(byAge, Amount.NONE);
    }

    /** Counts the verified files below a cache's directory. */
    void count(Path cache, ProgressListener progress) throws IOException {
        ProgressCount count = new ProgressCount(progress, "counting", -1, -1);
        for (Path shard : CachedFile.shards(cache)) {
            for (CachedFile file : CachedFile.in(shard)) {
                add(file);
                count.add(1, file.size());
            }
        }
    }

    private void add(CachedFile file) {
        cached = cached.plus(file.size());
        int age = 0;
        long unused = now.toEpochMilli() - file.lastUseMillis();
        while (age < AGES_IN_DAYS.length
                && unused > Duration.ofDays(AGES_IN_DAYS[age]).toMillis()) {
            age++;
        }
        byAge[age] = byAge[age].plus(file.size());
        boolean needed = isHeld.test(file.sha256());
        if (needed) {
            held = held.plus(file.size());
        }
        if (file.isLinked()) {
            linked = linked.plus(file.size());
        }
        if (!needed && !file.isLinked()) {
            evictableByHour.merge(hour(file), new Amount(1, file.size()), Amount::plus);
        }
    }

    /** When a file was used last, as finely as that is written down. */
    static long hour(CachedFile file) {
        return Duration.ofMillis(file.lastUseMillis()).toHours();
    }

    /** Files that may be evicted, by the hour of their last use, the least recent first. */
    Map<Long, Amount> evictableByHour() {
        return evictableByHour;
    }

    Amount cached() {
        return cached;
    }

    Amount linked() {
        return linked;
    }

    Amount held() {
        return held;
    }

    List<CacheStats.Age> lastUse() {
        List<CacheStats.Age> ages = new ArrayList<>();
        for (int i = 0; i < byAge.length; i++) {
            ages.add(new CacheStats.Age(
                    i < AGES_IN_DAYS.length ? AGES_IN_DAYS[i] : null, byAge[i].files(), byAge[i].bytes()));
        }
        return ages;
    }

    /** The files right in a directory, none when it is missing. */
    static Amount amountIn(Path directory) throws IOException {
        Amount amount = Amount.NONE;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                try {
                    amount = amount.plus(Files.size(file));
                } catch (NoSuchFileException e) {
                    continue; // gone meanwhile
                }
            }
        } catch (NoSuchFileException e) {
            return amount;
        }
        return amount;
    }
}
