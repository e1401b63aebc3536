package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * What is in a dataset cache.
 *
 * @param directory of the cache
 * @param cached verified files
 * @param linked those of them that are linked into directories, so that evicting them would free nothing
 * @param held those of them that a pull or a named lease holds
 * @param partial downloads to go on with
 * @param quarantined what was found damaged
 * @param lastUse the verified files by when they were used last; every file is in one of them
 * @param holders who holds files
 * @param layers the read-only caches below this one
 */
public record CacheStats(
        String directory,
        Amount cached,
        Amount linked,
        Amount held,
        Amount partial,
        Amount quarantined,
        List<Age> lastUse,
        List<Holder> holders,
        List<Layer> layers) {

    public CacheStats {
        lastUse = List.copyOf(lastUse);
        holders = List.copyOf(holders);
        layers = List.copyOf(layers);
    }

    /** All bytes that a limit counts: linked and held ones, downloads and the quarantine, too. */
    public long bytes() {
        return cached.bytes() + partial.bytes() + quarantined.bytes();
    }

    /** A number of files and their bytes. */
    public record Amount(long files, long bytes) {
        static final Amount NONE = new Amount(0, 0);

        Amount plus(long moreBytes) {
            return new Amount(files + 1, bytes + moreBytes);
        }

        Amount plus(Amount more) {
            return new Amount(files + more.files, bytes + more.bytes);
        }
    }

    /**
     * Files that were used last within so many days, and not within the days of the one before.
     *
     * @param withinDays null for all that are older
     */
    public record Age(Integer withinDays, long files, long bytes) {}

    /**
     * Who holds files.
     *
     * @param until null when it is a process, which holds them until it lets go or ends
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Holder(String name, Instant until, long files) {}

    /** A read-only cache below. */
    public record Layer(String directory, long files, long bytes) {}
}
