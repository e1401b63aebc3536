package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What the sender of an event is told.
 *
 * @param status of HTTP; 5xx only when what was sent is not to blame and may be sent again
 * @param sentence tells nothing about jobs: whoever sends may be anybody
 */
public record EventAnswer(int status, @NonNull String sentence) {

    /** For whatever does not prove who sent it, the same whatever is missing or wrong. */
    static final EventAnswer NOT_SIGNED = new EventAnswer(403, "The event is not signed as this server wants it");

    /** It is on the disk, now or since it came before. */
    static final EventAnswer TAKEN = new EventAnswer(202, "Taken");

    static final EventAnswer NOTHING = new EventAnswer(200, "Nothing is built from this event");

    /** Not to be sent again, so it is no failure. */
    static final EventAnswer TOO_OLD = new EventAnswer(
            200, "Nothing is built from this event: it is older than what is remembered, so it may have been built");

    /** When it cannot be written to the disk. */
    private static final EventAnswer NOT_KEPT = new EventAnswer(503, "The event cannot be kept now: send it again");

    private static final Logger LOGGER = Logger.getLogger(EventAnswer.class.getName());

    /**
     * Takes an event, and finds out whether the event or this server is to blame when that fails.
     *
     * @param sender who has proved to have sent it
     * @param taking throws {@link MlopsException} when nothing can be made of what was sent, with a sentence that may be told to anybody,
     *     and {@link UncheckedIOException} when it cannot be kept
     */
    @NonNull
    static EventAnswer of(@NonNull String sender, @NonNull Supplier<EventAnswer> taking) {
        try {
            return taking.get();
        } catch (MlopsException e) {
            LOGGER.log(Level.FINE, e, () -> "An event of " + sender + " is refused");
            return new EventAnswer(400, e.getMessage());
        } catch (UncheckedIOException e) {
            LOGGER.log(Level.SEVERE, e, () -> "An event of " + sender + " cannot be kept and was not taken");
            return NOT_KEPT;
        }
    }
}
