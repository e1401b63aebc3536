package io.jenkins.plugins.mlops.core.cluster;

import java.time.Instant;
import java.util.List;

/**
 * Some lines of a container's log.
 *
 * @param more whether the answer was cut at its limit, so that there may be further lines
 * @param open whether the last line has no end yet, so that the rest of it may still come, under the same time
 */
public record LogPart(List<Line> lines, boolean more, boolean open) {

    /** A line without its end. @param at when the runtime wrote it, with nanoseconds */
    public record Line(Instant at, String text) {}

    public LogPart {
        lines = List.copyOf(lines);
    }
}
