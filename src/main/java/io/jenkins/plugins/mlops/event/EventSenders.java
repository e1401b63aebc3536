package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Finds who sent an event by whose secret proves it. */
final class EventSenders {

    private EventSenders() {}

    /**
     * Asks all of them whichever fits, so that the time does not say which.
     *
     * @param secrets of a sender that hold now
     * @param proves whether the event was sent by one who has the secret, in constant time
     * @return null for an event that nobody can have sent
     */
    @CheckForNull
    static <P> P find(
            @NonNull List<P> senders, @NonNull Function<P, List<String>> secrets, @NonNull Predicate<String> proves) {
        P found = null;
        for (P sender : senders) {
            for (String secret : secrets.apply(sender)) {
                if (proves.test(secret)) {
                    found = sender;
                }
            }
        }
        return found;
    }
}
