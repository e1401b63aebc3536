package io.jenkins.plugins.mlops.signing;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.FilePath;
import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.network.AgentTrust;
import io.jenkins.plugins.mlops.step.AgentTask;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.MasterToSlaveFileCallable;

/**
 * Has an agent work with an object store whose keys stay on the controller. The controller drives: it begins a session in the
 * agent's JVM, then asks it again and again what it wants signed, and brings the URLs with the next question, until the session
 * says how it ended. The agent never calls the controller. A session that the agent has lost is begun anew; what is lost with the
 * connection to the agent is for the caller, who does all the work again.
 */
public final class SignedWork {

    private static final Logger LOGGER = Logger.getLogger(SignedWork.class.getName());

    /** How long a question waits on the agent for something to say. */
    private static final long WAIT_MILLIS = 10_000;

    private static final int MAX_SESSIONS = 3;

    private SignedWork() {}

    /**
     * Does the work, however long it takes. An interrupt stops it, on the agent too.
     *
     * @param directory to work in
     * @throws IOException when the agent is lost
     * @throws AbortException with the sentence for the user when the work failed
     */
    @NonNull
    public static <T extends Serializable> T on(
            @NonNull FilePath directory,
            @NonNull SignedTask<T> task,
            @NonNull StoreSigner signer,
            @NonNull String agent)
            throws IOException, InterruptedException {
        for (int session = 0; session < MAX_SESSIONS; session++) {
            String id = UUID.randomUUID().toString();
            directory.act(new Begin(id, task, signer.endpoint().toString()));
            SessionReport report = drive(directory, id, signer, agent);
            if (report.state != SessionReport.State.UNKNOWN) {
                return result(report);
            }
            LOGGER.log(Level.INFO, "the session {0} is lost on the {1} and begun anew", new Object[] {id, agent});
        }
        throw MlopsException.failed("The " + agent + " has forgotten " + MAX_SESSIONS
                + " times what it was working on: look into its log, then run the build again");
    }

    /** As {@link #on}, of a task that gets no store. */
    @NonNull
    public static <T extends Serializable> T withoutStore(@NonNull FilePath directory, @NonNull SignedTask<T> task)
            throws IOException, InterruptedException {
        return directory.act(new Plain<>(task));
    }

    private static final class Plain<T extends Serializable> extends AgentTask<T> {

        private static final long serialVersionUID = 1L;

        private final SignedTask<T> task;

        Plain(SignedTask<T> task) {
            this.task = task;
        }

        @Override
        protected T run(Path directory) throws IOException, InterruptedException {
            return task.run(directory, null);
        }
    }

    private static SessionReport drive(FilePath directory, String id, StoreSigner signer, String agent)
            throws IOException, InterruptedException {
        boolean ended = false;
        try {
            List<SignedUrl> answers = new ArrayList<>();
            while (true) {
                SessionReport report = directory.act(
                        new Exchange(id, answers, signer.validity().toMillis()));
                if (report.state != SessionReport.State.WORKING) {
                    ended = true;
                    return report;
                }
                answers = signer.sign(report.wanted, agent);
            }
        } finally {
            if (!ended) {
                abandon(directory, id);
            }
        }
    }

    /** Best effort: the session ends by itself with the connection. */
    private static void abandon(FilePath directory, String id) {
        try {
            directory.actAsync(new Cancel(id));
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "cannot cancel the session " + id);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @SuppressWarnings("unchecked") // what the task of type T has returned
    private static <T extends Serializable> T result(SessionReport report) throws IOException, InterruptedException {
        switch (report.state) {
            case DONE:
                return (T) report.result;
            case INTERRUPTED:
                throw new InterruptedException(report.message);
            case BROKEN:
                throw new IOException(report.message, report.cause);
            default:
                throw new AbortException(report.message);
        }
    }

    private static final class Begin extends MasterToSlaveFileCallable<Void> {

        private static final long serialVersionUID = 1L;

        private final String id;
        private final SignedTask<?> task;
        private final String endpoint;
        private final AgentTrust trust = new AgentTrust();

        Begin(String id, SignedTask<?> task, String endpoint) {
            this.id = id;
            this.task = task;
            this.endpoint = endpoint;
        }

        @Override
        public Void invoke(File directory, VirtualChannel channel) {
            trust.use();
            AgentSession.begin(id, task, directory.toPath(), URI.create(endpoint));
            return null;
        }
    }

    private static final class Exchange extends MasterToSlaveFileCallable<SessionReport> {

        private static final long serialVersionUID = 1L;

        private final String id;
        private final ArrayList<SignedUrl> answers;
        private final long validityMillis;

        Exchange(String id, List<SignedUrl> answers, long validityMillis) {
            this.id = id;
            this.answers = new ArrayList<>(answers);
            this.validityMillis = validityMillis;
        }

        @Override
        public SessionReport invoke(File directory, VirtualChannel channel) throws InterruptedException {
            AgentSession session = AgentSession.find(id);
            if (session == null) {
                return SessionReport.ended(SessionReport.State.UNKNOWN, null);
            }
            try {
                return session.exchange(answers, validityMillis, WAIT_MILLIS);
            } catch (InterruptedException e) {
                session.cancel();
                throw e;
            }
        }
    }

    private static final class Cancel extends MasterToSlaveFileCallable<Void> {

        private static final long serialVersionUID = 1L;

        private final String id;

        Cancel(String id) {
            this.id = id;
        }

        @Override
        public Void invoke(File directory, VirtualChannel channel) {
            AgentSession session = AgentSession.find(id);
            if (session != null) {
                session.cancel();
            }
            return null;
        }
    }
}
