package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import hudson.model.Actionable;
import hudson.model.Queue;
import hudson.model.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import jenkins.model.Jenkins;
import jenkins.model.ParameterizedJobMixIn;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;

/** The builds of a job that are of one event, in the queue too, and how one is made. */
final class EventBuilds {

    /** Older builds are not looked at. */
    private static final int MOST = 50;

    private final WorkflowJob job;
    private final Predicate<EventAction> isOfEvent;

    EventBuilds(WorkflowJob job, Predicate<EventAction> isOfEvent) {
        this.job = job;
        this.isOfEvent = isOfEvent;
    }

    /** The newest first. */
    @NonNull
    List<Run<?, ?>> newest() {
        List<Run<?, ?>> builds = new ArrayList<>();
        for (Run<?, ?> build = job.getLastBuild();
                build != null && builds.size() < MOST;
                build = build.getPreviousBuild()) {
            builds.add(build);
        }
        return builds;
    }

    @NonNull
    List<Queue.Item> queue() {
        return Jenkins.get().getQueue().getItems(job);
    }

    private boolean isOfEvent(Actionable there) {
        return there.getActions(EventAction.class).stream().anyMatch(isOfEvent);
    }

    /**
     * What is known of a build that was begun, whichever process did it; empty when none was.
     *
     * @param before what is kept
     * @param sentence what is said of a build of the event
     */
    @NonNull
    Optional<JobOutcome> begun(Optional<JobOutcome> before, String sentence) {
        if (before.filter(JobOutcome::isFinal).isPresent()) {
            return before;
        }
        JobOutcome queued = JobOutcome.queued(before, job.getFullName(), sentence);
        // The queue first: what leaves it while this looks is then among the builds.
        if (queue().stream().anyMatch(this::isOfEvent)) {
            return Optional.of(queued);
        }
        return newest().stream()
                .filter(this::isOfEvent)
                .filter(build -> !isLost(build))
                .findFirst()
                .map(build -> build.isBuilding() && !hasProgram(build) ? queued : queued.startedAs(build.getNumber()));
    }

    /** Whether the controller was killed after the build had begun and before it was a Pipeline: then it never runs. */
    private static boolean isLost(Run<?, ?> build) {
        return !hasProgram(build) && build.getExecutor() == null;
    }

    private static boolean hasProgram(Run<?, ?> build) {
        return build instanceof WorkflowRun pipeline && pipeline.getExecution() != null;
    }

    /** Puts a build into the queue. */
    @NonNull
    JobOutcome schedule(String sentence, List<Action> actions) {
        Queue.Item item = ParameterizedJobMixIn.scheduleBuild2(job, 0, actions.toArray(Action[]::new));
        return item == null
                ? new JobOutcome(
                        job.getFullName(),
                        JobOutcome.State.REFUSED,
                        "Jenkins takes no build of this job now: is it disabled?",
                        0)
                : new JobOutcome(job.getFullName(), JobOutcome.State.QUEUED, sentence, 0);
    }
}
