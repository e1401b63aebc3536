package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.ExtensionList;
import hudson.ExtensionPoint;
import java.util.Optional;

/**
 * Takes events of one kind of server, at one path below {@code mlops-events}. Called for anybody, by whatever thread serves the request:
 * it proves who sent before it looks at what was sent, and leaves work that takes time to another thread.
 */
public interface EventReceiver extends ExtensionPoint {

    /** The one path below the endpoint, without slashes: "bitbucket". */
    @NonNull
    String path();

    /** @param request a POST, with a body that is small enough */
    @NonNull
    EventAnswer receive(@NonNull EventRequest request);

    /** The one of that path. */
    static Optional<EventReceiver> of(String path) {
        return ExtensionList.lookup(EventReceiver.class).stream()
                .filter(receiver -> receiver.path().equals(path))
                .findFirst();
    }
}
