package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * For whom, and how long, the files of a pull stay in the cache after it.
 *
 * @param holder who needs them, such as a build; 1 to 200 printable characters
 * @param time more than zero, counted from the pull
 */
public record CacheTerm(String holder, Duration time) {

    private static final Pattern HOLDER = Pattern.compile("[\\P{Cntrl}&&[^\\x{2028}\\x{2029}]]{1,200}");

    public CacheTerm {
        requireHolder(holder);
        if (time.isZero() || time.isNegative()) {
            throw MlopsException.usage("Files cannot be held for " + time + ": more than zero is wanted");
        }
    }

    static void requireHolder(String holder) {
        if (!HOLDER.matcher(holder).matches()) {
            throw MlopsException.usage(
                    "'" + holder + "' cannot hold files in the cache: a name of 1 to 200 printable characters can");
        }
    }

    Instant end() {
        return Instant.now().plus(time);
    }
}
