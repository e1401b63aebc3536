package io.jenkins.plugins.mlops.training;

import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.execution.StepPool;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.ClusterWork;
import io.jenkins.plugins.mlops.core.training.PatientSteps;
import io.jenkins.plugins.mlops.core.training.TrainingListener;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.security.core.Authentication;

/**
 * Drives work of a build on a cluster to its end, on the threads of {@link io.jenkins.plugins.mlops.cluster.ClusterPool}. The servers
 * are connected to anew before each stage that sends or fetches files, with the credentials of then: a training may take days.
 *
 * @param <W> the work
 */
final class TrainingDrive<W extends ClusterWork> implements StepPool.Stepped {

    /** What becomes of the work; called on threads of the pool, once. */
    interface Ending<W> {

        /** Called after each step that left the work going on. */
        void stepped(W work, ClusterServices services);

        /** It is over, for better or worse. @throws IOException when what it made cannot be kept */
        void over(W work) throws IOException;

        /** It cannot be driven any more, in this process. */
        void broken(Throwable cause);
    }

    /** Opens the servers. */
    interface Sessions {
        ClusterSession open();
    }

    private final String run;
    private final Authentication user;
    private final Sessions sessions;
    private final Function<ClusterServices, W> opener;
    private final TrainingListener listener;
    private final Ending<W> ending;

    private ClusterSession session;
    private volatile W work;
    private PatientSteps steps;

    /** @param run what it waits for until it is opened @param user as whom it works */
    TrainingDrive(
            String run,
            Authentication user,
            Sessions sessions,
            Function<ClusterServices, W> opener,
            TrainingListener listener,
            Ending<W> ending) {
        this.run = run;
        this.user = user;
        this.sessions = sessions;
        this.opener = opener;
        this.listener = listener;
        this.ending = ending;
    }

    @Override
    public String run() {
        W now = work;
        return now == null ? run : now.run();
    }

    /** Opening reads a few files. */
    @Override
    public boolean isLong() {
        W now = work;
        return now == null || now.isLong();
    }

    @Override
    public Optional<Duration> step() {
        try (ACLContext ignored = ACL.as2(user)) {
            if (work == null) {
                open();
            }
            boolean wasLong = work.isLong();
            Optional<Duration> next = steps.step(listener);
            if (next.isPresent()) {
                ending.stepped(work, session.services());
                if (!wasLong && work.isLong()) {
                    close();
                }
                return next;
            }
            ending.over(work);
            close();
            return Optional.empty();
        } catch (IOException e) {
            throw MlopsException.failed(
                    "What the training made cannot be kept on the controller: " + e.getMessage(), e);
        }
    }

    private void open() {
        session = sessions.open();
        work = opener.apply(session.services());
        steps = new PatientSteps(work);
    }

    private void close() {
        W open = work;
        work = null;
        if (open != null) {
            open.close();
        }
        if (session != null) {
            session.close();
            session = null;
        }
    }

    @Override
    public void failed(RuntimeException cause) {
        close();
        ending.broken(cause);
    }
}
