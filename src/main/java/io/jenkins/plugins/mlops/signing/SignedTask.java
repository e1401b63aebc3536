package io.jenkins.plugins.mlops.signing;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * Work that the controller gives to an agent, with a connection to an object store but without its keys. It is interrupted when
 * the step is stopped and when the connection to the controller is lost.
 *
 * @param <T> what comes back: of this plugin's own classes or the JDK's, never of core's
 */
public abstract class SignedTask<T extends Serializable> implements Serializable {

    private static final long serialVersionUID = 1L;

    /**
     * Works on the agent.
     *
     * @param directory on which the controller called
     * @param store every request to it is signed by the controller, which refuses what the work does not need; null when the
     *     work has none
     */
    protected abstract T run(@NonNull Path directory, @CheckForNull ObjectStore store)
            throws IOException, InterruptedException;
}
