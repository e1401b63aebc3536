package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.event.BearerToken;
import io.jenkins.plugins.mlops.core.event.PublishedEvent;
import io.jenkins.plugins.mlops.core.event.StoragePayload;
import java.util.List;
import java.util.Optional;
import java.util.logging.Logger;

/**
 * Takes the notifications of buckets. Who sent is found by whose token came along, and without one that holds, nothing of the body is
 * looked at; what tells of no published version is answered as a success, since MinIO sends what was refused again and again before all
 * that comes later; a published version is on the disk before it is answered that it was taken.
 */
@Extension
public final class StorageReceiver implements EventReceiver {

    private static final Logger LOGGER = Logger.getLogger(StorageReceiver.class.getName());

    @NonNull
    @Override
    public String path() {
        return "storage";
    }

    @NonNull
    @Override
    public EventAnswer receive(@NonNull EventRequest request) {
        String header = request.header(BearerToken.HEADER);
        ObjectStoreProfile sender = EventSenders.find(
                MlopsConfiguration.get().getObjectStores(),
                ObjectStoreProfile::eventTokens,
                token -> BearerToken.matches(header, token));
        if (sender == null) {
            LOGGER.fine("A notification came with the token of no object store");
            return EventAnswer.NOT_SIGNED;
        }
        return EventAnswer.of(sender.getName(), () -> take(sender, request.body()));
    }

    private static EventAnswer take(ObjectStoreProfile sender, byte[] body) {
        List<PublishedEvent> published = StoragePayload.read(body).stream()
                .map(PublishedEvent::of)
                .flatMap(Optional::stream)
                .toList();
        EventAnswer answer = EventAnswer.NOTHING;
        for (PublishedEvent version : published) {
            EventAnswer taken = VersionInbox.get().take(sender.getName(), version);
            answer = answer.equals(EventAnswer.TAKEN) ? answer : taken;
        }
        return answer;
    }
}
