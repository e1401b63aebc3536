package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import java.util.function.UnaryOperator;

/** What was sent to the endpoint; nothing of it is known to be true. */
public final class EventRequest {

    private final UnaryOperator<String> headers;
    private final byte[] body;

    EventRequest(UnaryOperator<String> headers, byte[] body) {
        this.headers = headers;
        this.body = body.clone();
    }

    /** @param name whose case does not matter */
    @CheckForNull
    public String header(@NonNull String name) {
        return headers.apply(name);
    }

    /** As it was sent: at most {@link EventsRootAction#MAX_BODY} bytes. */
    @NonNull
    public byte[] body() {
        return body.clone();
    }
}
