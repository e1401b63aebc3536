package io.jenkins.plugins.mlops.step;

import com.google.common.util.concurrent.FutureCallback;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.FilePath;
import hudson.Util;
import hudson.model.TaskListener;
import hudson.remoting.ChannelClosedException;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import jenkins.util.SystemProperties;
import jenkins.util.Timer;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * A piece of a step's work, done on a thread of its own as the user whom the build runs as, and done again when the agent that
 * it needs was lost meanwhile. Therefore it must be repeatable. It is not persisted: a step that is resumed begins it anew.
 *
 * <p>States: QUEUED until there is a thread; WORKING; AWAY while the agent is not connected, when no thread is held and a timer
 * looks for the agent in growing intervals; from there QUEUED again, or ENDED when the agent stays away for too long. ENDED,
 * once, by a result, a failure or {@link #cancel}. The first two are handed on, the last is not.
 *
 * @param <T> what comes out
 */
public final class StepWork<T> {

    private static final Logger LOGGER = Logger.getLogger(StepWork.class.getName());

    /** How long an agent may be away: a duration such as {@code 20m}, in this system property. */
    private static final String PATIENCE_PROPERTY = StepWork.class.getName() + ".patience";

    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final long MIN_LOOK_MILLIS = 250;
    private static final long MAX_LOOK_MILLIS = 5_000;
    private static final double LOOK_BACKOFF = 1.3;

    /** An agent that is lost this often is lost because of the work. */
    private static final int MAX_LOSSES = 5;

    private enum State {
        QUEUED,
        WORKING,
        AWAY,
        ENDED
    }

    /** What is to be done. An interrupt asks it to stop. */
    @FunctionalInterface
    public interface Task<T> {
        /**
         * @param workspace the directory on its agent's present connection; null for work of the controller alone
         * @throws MlopsException for what a user can act on; its message alone ends the step
         */
        T run(FilePath workspace) throws IOException, InterruptedException;
    }

    private final StepContext context;

    @CheckForNull
    private final AgentWorkspace workspace;

    @CheckForNull
    private final String lane;

    private final Task<T> task;
    private final FutureCallback<? super T> ending;

    private State state = State.QUEUED;
    private Future<?> handle;
    private long awaySince;
    private long lookMillis;
    private int losses;

    private StepWork(
            StepContext context,
            AgentWorkspace workspace,
            String lane,
            Task<T> task,
            FutureCallback<? super T> ending) {
        this.context = context;
        this.workspace = workspace;
        this.lane = lane;
        this.task = task;
        this.ending = ending;
    }

    /**
     * Begins work that needs an agent, or only the controller. Returns at once, without any I/O.
     *
     * @param workspace on the agent that is needed; null for none
     * @param ending hears, on the thread of the work, how it ended, unless it was cancelled; the context itself ends the step
     */
    @NonNull
    public static <T> StepWork<T> begin(
            @NonNull StepContext context,
            @CheckForNull AgentWorkspace workspace,
            @NonNull Task<T> task,
            @NonNull FutureCallback<? super T> ending) {
        return begin(new StepWork<>(context, workspace, null, task, ending));
    }

    /**
     * As {@link #begin}, for the controller alone.
     *
     * @param lane whose work is done one after the other; null for none
     */
    @NonNull
    public static <T> StepWork<T> beginOnController(
            @NonNull StepContext context,
            @CheckForNull String lane,
            @NonNull Task<T> task,
            @NonNull FutureCallback<? super T> ending) {
        return begin(new StepWork<>(context, null, lane, task, ending));
    }

    private static <T> StepWork<T> begin(StepWork<T> work) {
        work.queue();
        return work;
    }

    /**
     * Stops it wherever it is: work on the agent is interrupted too.
     *
     * @return whether it had not ended before; only then it falls to the caller to say how the step ends
     */
    public synchronized boolean cancel() {
        if (state == State.ENDED) {
            return false;
        }
        state = State.ENDED;
        handle.cancel(true);
        return true;
    }

    /** What is going on, as a short phrase for diagnosis. */
    @NonNull
    public synchronized String status() {
        return switch (state) {
            case QUEUED ->
                workspace != null
                        ? "waiting for its turn on the " + workspace
                        : lane == null ? "waiting for a thread" : "waiting for its turn";
            case WORKING -> workspace == null ? "working on the controller" : "working on the " + workspace;
            case AWAY -> "waiting for the " + workspace + ", away for " + Util.getTimeSpanString(millisAway());
            case ENDED -> "ended";
        };
    }

    private synchronized void queue() {
        if (state != State.ENDED) {
            state = State.QUEUED;
            handle = submit();
        }
    }

    private Future<?> submit() {
        if (workspace != null) {
            return StepThreads.submitForAgent(this::attempt, workspace.node());
        }
        return lane == null ? StepThreads.submit(this::attempt) : StepThreads.submitInLane(this::attempt, lane);
    }

    private void attempt() {
        FilePath directory = null;
        try (ACLContext ignored =
                ACL.as2(Objects.requireNonNull(context.get(FlowExecution.class)).getAuthentication2())) {
            if (workspace != null) {
                directory = workspace.connect();
                if (directory == null) {
                    await("is not connected");
                    return;
                }
            }
            if (begun()) {
                T result = task.run(directory);
                if (ended()) {
                    ending.onSuccess(result);
                }
            }
        } catch (Throwable e) { // an error that nobody hears of would have the step wait for ever
            failed(e, directory);
        }
    }

    private boolean begun() throws IOException, InterruptedException {
        long away;
        synchronized (this) {
            if (state == State.ENDED) {
                return false;
            }
            state = State.WORKING;
            away = awaySince == 0 ? -1 : millisAway();
            awaySince = 0;
        }
        if (away >= 0) {
            say("The " + workspace + " is back after " + Util.getTimeSpanString(away));
        }
        return true;
    }

    private synchronized boolean ended() {
        boolean first = state != State.ENDED;
        state = State.ENDED;
        return first;
    }

    private void failed(Throwable failure, @CheckForNull FilePath directory) {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        if (jenkins == null || jenkins.isTerminating()) {
            LOGGER.log(Level.FINE, "broken off because Jenkins stops; done again when it is back", failure);
        } else if (directory != null && AgentWorkspace.isLost(directory) && !isVerdict(failure)) {
            LOGGER.log(Level.FINE, failure, () -> "lost " + workspace);
            await("was lost");
        } else if (ended()) {
            ending.onFailure(presentable(failure));
        } else {
            LOGGER.log(Level.FINE, "failed after it was ended", failure);
        }
    }

    /** Whether the work itself said that it failed, be the agent there or not. */
    private static boolean isVerdict(Throwable failure) {
        return failure instanceof MlopsException || failure instanceof AbortException;
    }

    /** Without causes of bundled libraries: Jenkins cannot persist those. */
    private static Throwable presentable(Throwable failure) {
        if (failure instanceof MlopsException) {
            LOGGER.log(Level.FINE, "a step fails", failure);
            return new AbortException(failure.getMessage());
        }
        if (failure instanceof InterruptedException) {
            LOGGER.log(Level.FINE, "a step was interrupted by nobody who asked it to stop", failure);
            return new AbortException(
                    "The work was interrupted on the way, by the end of a process: run the build again");
        }
        return failure;
    }

    private void await(String why) {
        boolean first;
        boolean hopeless;
        synchronized (this) {
            if (state == State.ENDED) {
                return;
            }
            first = awaySince == 0;
            hopeless = first && ++losses > MAX_LOSSES;
            if (hopeless) {
                state = State.ENDED;
            } else {
                if (first) {
                    awaySince = System.nanoTime() | 1; // 0 is for not away
                    lookMillis = MIN_LOOK_MILLIS;
                }
                state = State.AWAY;
                handle = Timer.get().schedule(this::look, lookMillis, TimeUnit.MILLISECONDS);
            }
        }
        if (hopeless) {
            ending.onFailure(lost("The " + workspace + " was lost " + MAX_LOSSES
                    + " times during this step: look into its log for the reason, then run the build again"));
        } else if (first) {
            say("The " + workspace + " " + why + ": waiting up to "
                    + Util.getTimeSpanString(patience().toMillis()) + " for it");
        }
    }

    /** Looks for the agent, on a shared timer thread: nothing here may block. */
    private void look() {
        synchronized (this) {
            if (state != State.AWAY) {
                return;
            }
            if (workspace.connect() != null) {
                queue();
                return;
            }
            if (millisAway() < patience().toMillis()) {
                lookMillis = Math.min(MAX_LOOK_MILLIS, (long) (lookMillis * LOOK_BACKOFF));
                handle = Timer.get().schedule(this::look, lookMillis, TimeUnit.MILLISECONDS);
                return;
            }
            state = State.ENDED;
        }
        ending.onFailure(lost("The " + workspace + " did not come back within "
                + Util.getTimeSpanString(patience().toMillis()) + ": bring it back, then run the build again"));
    }

    /** {@code retry(conditions: [agent()])} knows by the cause, which Jenkins can persist, that the agent is to blame. */
    private static AbortException lost(String message) {
        AbortException failure = new AbortException(message);
        failure.initCause(new ChannelClosedException("the agent is away", null));
        return failure;
    }

    private long millisAway() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - awaySince);
    }

    private static Duration patience() {
        return SystemProperties.getDuration(PATIENCE_PROPERTY, PATIENCE);
    }

    /** A line in the build's log; one that cannot be written does not matter. */
    private void say(String line) {
        try {
            TaskListener listener = context.get(TaskListener.class);
            if (listener != null) {
                listener.getLogger().println(line);
            }
        } catch (IOException e) {
            LOGGER.log(Level.FINE, line, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
