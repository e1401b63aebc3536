package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads every verified file of a cache, without keeping a list of them. What seems damaged is looked at again under the lock of its
 * name, since a pull may have replaced it meanwhile.
 */
final class CacheVerification {

    private final DatasetCache cache;
    private final int jobs;
    private final ProgressListener progress;
    private final List<CacheCheck.Damaged> damaged = new ArrayList<>();
    private final AtomicLong touched = new AtomicLong();

    CacheVerification(DatasetCache cache, int jobs, ProgressListener progress) {
        this.cache = cache;
        this.jobs = jobs;
        this.progress = progress;
    }

    CacheCheck run() throws IOException {
        CacheSurvey survey = new CacheSurvey(file -> false, Instant.now());
        survey.count(cache.directory(), progress);
        ProgressCount count = new ProgressCount(
                progress, "verifying", survey.cached().files(), survey.cached().bytes());
        new Workers("Verifying the cache", jobs, () -> {}).forEach(CachedFile.shards(cache.directory()), shard -> {
            for (CachedFile file : CachedFile.in(shard)) {
                if (Thread.currentThread().isInterrupted()) {
                    return; // another one failed
                }
                verify(file);
                count.add(1, file.size());
            }
        });
        damaged.sort(Comparator.comparing(CacheCheck.Damaged::sha256));
        return new CacheCheck(count.files(), count.bytes(), touched.get(), damaged);
    }

    private void verify(CachedFile file) throws IOException {
        try {
            if (Digest.of(file.path()).equals(file.sha256())) {
                if (file.sealed()) {
                    file.restoreLastUse();
                } else {
                    cache.holding(file.sha256().toString(), () -> cache.isMended(file.sha256(), file.size()));
                    touched.incrementAndGet();
                }
                return;
            }
        } catch (NoSuchFileException e) {
            return; // evicted meanwhile
        }
        cache.holding(file.sha256().toString(), () -> {
            takeAway(file);
            return null;
        });
    }

    private void takeAway(CachedFile seen) throws IOException {
        Optional<CachedFile> file = CachedFile.read(seen.path());
        if (file.isEmpty()) {
            return;
        }
        Digest found = Digest.of(seen.path());
        if (!cache.isMended(seen.sha256(), Files.size(seen.path()))) {
            synchronized (damaged) {
                damaged.add(
                        new CacheCheck.Damaged(seen.sha256(), found, file.get().links() - 1));
            }
        }
    }
}
