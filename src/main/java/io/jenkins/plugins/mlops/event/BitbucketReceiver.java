package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.event.BitbucketPayload;
import io.jenkins.plugins.mlops.core.event.EventSignature;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import java.util.Objects;
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
        return EventAnswer.of(
                sender.getName(),
                () -> BitbucketPayload.read(key, body)
                        .map(merge -> take(sender, merge, delivery(request)))
                        .orElse(EventAnswer.NOTHING));
    }

    private static EventAnswer take(BitbucketProfile sender, MergeEvent merge, String delivery) {
        return merge.kind() == sender.kind()
                ? MergeInbox.get().take(sender.getName(), merge, delivery)
                : new EventAnswer(
                        400, "The event is one of the other Bitbucket product than the server is configured as");
    }

    /** Data Center and Cloud call it by two names. */
    private static String delivery(EventRequest request) {
        String id = request.header("X-Request-Id");
        String known = id == null ? request.header("X-Request-UUID") : id;
        return known == null || known.length() > 100 ? "" : known;
    }
}
