package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.event.BitbucketPayload;
import io.jenkins.plugins.mlops.core.event.EventSignature;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Takes the events of Bitbucket's webhooks. In this order: a test of the connection is answered and nothing more; who sent is found by
 * whose secret the body is signed with, and without one that fits, nothing of the body is looked at; the body is read; a merge is
 * on the disk before it is answered that it was taken.
 */
@Extension
public final class BitbucketReceiver implements EventReceiver {

    private static final Logger LOGGER = Logger.getLogger(BitbucketReceiver.class.getName());

    @NonNull
    @Override
    public String path() {
        return "bitbucket";
    }

    @NonNull
    @Override
    public EventAnswer receive(@NonNull EventRequest request) {
        String key = Objects.requireNonNullElse(request.header("X-Event-Key"), "");
        if (key.equals(BitbucketPayload.PING)) {
            return new EventAnswer(200, "Reached");
        }
        byte[] body = request.body();
        String signature = request.header(EventSignature.HEADER);
        BitbucketProfile sender = EventSenders.find(
                MlopsConfiguration.get().getBitbucketServers(),
                BitbucketProfile::webhookSecrets,
                secret -> EventSignature.matches(body, signature, secret));
        if (sender == null) {
            LOGGER.fine("An event is signed with the secret of no Bitbucket server");
            return EventAnswer.NOT_SIGNED;
        }
        try {
            Optional<MergeEvent> merge = BitbucketPayload.read(key, body);
            if (merge.isPresent() && merge.get().kind() != sender.kind()) {
                return new EventAnswer(
                        400, "The event is one of the other Bitbucket product than the server is configured as");
            }
            if (merge.isEmpty()) {
                return EventAnswer.NOTHING;
            }
            return MergeInbox.get().take(sender.getName(), merge.get(), delivery(request));
        } catch (MlopsException e) {
            LOGGER.log(Level.FINE, e, () -> "An event of " + sender.getName() + " is refused");
            return new EventAnswer(400, e.getMessage());
        } catch (UncheckedIOException e) {
            LOGGER.log(Level.SEVERE, e, () -> "A merge from " + sender.getName() + " cannot be kept and was not taken");
            return EventAnswer.NOT_KEPT;
        }
    }

    /** Data Center and Cloud call it by two names. */
    private static String delivery(EventRequest request) {
        String id = request.header("X-Request-Id");
        String known = id == null ? request.header("X-Request-UUID") : id;
        return known == null || known.length() > 100 ? "" : known;
    }
}
