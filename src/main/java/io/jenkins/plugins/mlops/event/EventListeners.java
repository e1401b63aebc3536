package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Item;
import hudson.model.Queue;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import hudson.model.queue.QueueListener;
import java.io.IOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionListener;

/** Tell {@link EventInbox} what becomes of its items in the queue and its builds. */
public final class EventListeners {

    private static final Logger LOGGER = Logger.getLogger(EventListeners.class.getName());

    private EventListeners() {}

    /** From then on a build goes on after a controller that was killed; it is on the disk before its event is done with. */
    @Extension
    public static final class Running extends FlowExecutionListener {
        @Override
        public void onRunning(@NonNull FlowExecution execution) {
            try {
                if (execution.getOwner().getExecutable() instanceof Run<?, ?> build) {
                    tell(build);
                }
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, e, () -> "Whose build " + execution + " is, is not known");
            }
        }
    }

    /** A build that failed before its Pipeline ran is one, too. */
    @Extension
    public static final class Completed extends RunListener<Run<?, ?>> {
        @Override
        public void onCompleted(Run<?, ?> build, @NonNull TaskListener listener) {
            tell(build);
        }
    }

    private static void tell(Run<?, ?> build) {
        List<EventAction> events = build.getActions(EventAction.class);
        if (events.isEmpty()) {
            return;
        }
        try {
            build.save();
            events.forEach(event ->
                    event.inbox().begun(event.getEvent(), build.getParent().getFullName(), build.getNumber()));
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "That " + build + " is the build of an event cannot be kept");
        }
    }

    /** Whoever takes an item out of the queue does not want it back. */
    @Extension
    public static final class Cancelled extends QueueListener {
        @Override
        public void onLeft(Queue.LeftItem item) {
            if (item.isCancelled() && !Jenkins.get().isTerminating()) {
                item.getActions(EventAction.class)
                        .forEach(event -> event.inbox().cancelled(event.getEvent(), ((Item) item.task).getFullName()));
            }
        }
    }
}
