package io.jenkins.plugins.mlops.event;

import hudson.ExtensionList;
import hudson.model.Action;
import hudson.model.Queue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty;

/** Takes the triggers from a job for a moment, as its own build does by {@code properties} or {@code triggers}: both remove them and add them again. */
final class TriggersAway extends Queue.QueueDecisionHandler {

    private final WorkflowJob job;
    private final PipelineTriggersJobProperty triggers;

    private TriggersAway(WorkflowJob job, PipelineTriggersJobProperty triggers) {
        this.job = job;
        this.triggers = triggers;
    }

    /** They are back as soon as a build of another job is queued: then the event was seen. */
    static void from(WorkflowJob job) throws IOException {
        PipelineTriggersJobProperty triggers = job.getTriggersJobProperty();
        job.removeProperty(PipelineTriggersJobProperty.class);
        ExtensionList.lookup(Queue.QueueDecisionHandler.class).add(new TriggersAway(job, triggers));
    }

    @Override
    public boolean shouldSchedule(Queue.Task task, List<Action> actions) {
        if (!job.equals(task) && job.getProperty(PipelineTriggersJobProperty.class) == null) {
            try {
                job.addProperty(triggers);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return true;
    }
}
