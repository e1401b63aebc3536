package io.jenkins.plugins.mlops.cli.dataset;

import java.time.Duration;
import java.util.Locale;

/** Numbers for people. */
final class Sizes {

    private Sizes() {}

    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", toSeconds(time));
    }

    /** Seconds to the millisecond. */
    static double toSeconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}
