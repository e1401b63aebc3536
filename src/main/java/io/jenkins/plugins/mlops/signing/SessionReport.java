package io.jenkins.plugins.mlops.signing;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.remoting.ProxyException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** What an agent's session says when the controller asks: what it wants, or how it ended. Immutable. */
final class SessionReport implements Serializable {

    private static final long serialVersionUID = 1L;

    enum State {
        WORKING,
        DONE,
        /** With a sentence for the user. */
        FAILED,
        /** By something unforeseen. */
        BROKEN,
        INTERRUPTED,
        /** The agent knows no such session, or none any more. */
        UNKNOWN
    }

    final State state;
    final ArrayList<SigningRequest> wanted;

    @CheckForNull
    final Serializable result;

    @CheckForNull
    final String message;

    @CheckForNull
    final ProxyException cause;

    private SessionReport(
            State state, List<SigningRequest> wanted, Serializable result, String message, ProxyException cause) {
        this.state = state;
        this.wanted = new ArrayList<>(wanted);
        this.result = result;
        this.message = message;
        this.cause = cause;
    }

    static SessionReport wanting(List<SigningRequest> wanted) {
        return new SessionReport(State.WORKING, wanted, null, null, null);
    }

    static SessionReport done(Serializable result) {
        return new SessionReport(State.DONE, List.of(), result, null, null);
    }

    static SessionReport ended(State state, String message) {
        return new SessionReport(state, List.of(), null, message, null);
    }

    static SessionReport broken(Throwable cause) {
        return new SessionReport(
                State.BROKEN, List.of(), null, "Work on the agent failed: " + cause, new ProxyException(cause));
    }
}
