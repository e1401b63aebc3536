package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;

/**
 * What the sender of an event is told.
 *
 * @param status of HTTP; 5xx only when what was sent is not to blame and may be sent again
 * @param sentence tells nothing about jobs: whoever sends may be anybody
 */
public record EventAnswer(int status, @NonNull String sentence) {

    /** For whatever does not prove who sent it, the same whatever is missing or wrong. */
    static final EventAnswer NOT_SIGNED = new EventAnswer(403, "The event is not signed as this server wants it");
}
