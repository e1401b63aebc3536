package io.jenkins.plugins.mlops.step;

import hudson.AbortException;
import hudson.remoting.ProxyException;
import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.network.AgentTrust;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import jenkins.MasterToSlaveFileCallable;

/**
 * Work that the controller gives to an agent. It is interrupted there when the step is stopped and when the connection is lost.
 * Failures come back in classes that every Jenkins accepts: causes of bundled libraries would be rejected by its class filter.
 *
 * @param <T> what comes back: serializable, of this plugin's own classes or the JDK's, never of core's
 */
public abstract class AgentTask<T> extends MasterToSlaveFileCallable<T> {

    private static final long serialVersionUID = 1L;

    private final AgentTrust trust = new AgentTrust();

    /** Works on the agent. @param directory on which the controller called */
    protected abstract T run(Path directory) throws IOException, InterruptedException;

    @Override
    public final T invoke(File directory, VirtualChannel channel) throws IOException, InterruptedException {
        try {
            trust.use();
            return run(directory.toPath());
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                Thread.interrupted(); // told by the exception from here on
                throw new InterruptedException(e.getMessage());
            }
            throw new AbortException(e.getMessage());
        } catch (AbortException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new IOException("Work on the agent failed: " + e, new ProxyException(e));
        }
    }
}
