package io.jenkins.plugins.mlops.core.execution;

import java.time.Duration;

/** Durations for people. */
final class Durations {

    private Durations() {}

    /** Such as {@code 45s}, {@code 12m}, {@code 1h 30m}, {@code 2d 4h}. */
    static String text(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + "s");
        }
        long minutes = seconds / 60;
        if (minutes < 24 * 60) {
            return minutes / 60 + "h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + "m");
        }
        return minutes / 1440 + "d" + (minutes % 1440 / 60 == 0 ? "" : " " + minutes % 1440 / 60 + "h");
    }
}
