package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import hudson.model.InvisibleAction;
import hudson.model.Queue;
import java.util.List;

/**
 * The event that a build is about: on its item in the queue, then on the build, with which it is kept. Items of different events are
 * never taken together, however fast they follow each other.
 */
public abstract class EventAction extends InvisibleAction implements Queue.QueueAction {

    private final String event;

    /** @param event under which {@link #inbox} keeps it */
    EventAction(String event) {
        this.event = event;
    }

    String getEvent() {
        return event;
    }

    /** That the event came by. */
    @NonNull
    abstract EventInbox<?, ?> inbox();

    /** Whether a build of the other one is a build of this. */
    abstract boolean isSame(EventAction other);

    @Override
    public boolean shouldSchedule(List<Action> actions) {
        return actions.stream().noneMatch(other -> other instanceof EventAction action && isSame(action));
    }
}
