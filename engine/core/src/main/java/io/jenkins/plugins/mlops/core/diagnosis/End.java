package io.jenkins.plugins.mlops.core.diagnosis;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How an attempt of a workload ended, read from the status of its objects alone.
 *
 * @param cause what ended it
 * @param sentence for people: what, why, and what to do; in the cluster's own words where it has some
 * @param rank the first that failed, null when none did
 * @param exitCode of that rank's command, null when there is none
 * @param pod its name, null for none
 * @param node where it ran, null when unknown
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record End(Cause cause, String sentence, Integer rank, Integer exitCode, String pod, String node) {

    /** Which budget of retries an end is taken from. */
    public enum Budget {
        /** No retry: it succeeded, or would only end so again. */
        NONE,
        /** The cluster ended it. */
        INFRASTRUCTURE,
        /** The code ended it. */
        FAILURE
    }

    /** What ended an attempt. */
    public enum Cause {
        SUCCEEDED(Budget.NONE),
        /** The command ended with a code that is not zero. */
        EXITED(Budget.FAILURE),
        /** A container asked for more memory than its limit. */
        OUT_OF_MEMORY(Budget.FAILURE),
        /** A pod wrote more to a volume than its limit, /dev/shm among them. */
        OUT_OF_SPACE(Budget.FAILURE),
        /** A rank was silent while others waited. */
        HUNG(Budget.FAILURE),
        /** The pod's own containers could not bring what the command needs. */
        SUPPLY_FAILED(Budget.FAILURE),
        /** The same, because a server that they ask was out of reach for long. */
        SUPPLY_UNREACHABLE(Budget.INFRASTRUCTURE),
        /** The command succeeded, but its outputs are not in the object store. */
        OUTPUTS_MISSING(Budget.INFRASTRUCTURE),
        EVICTED(Budget.INFRASTRUCTURE),
        PREEMPTED(Budget.INFRASTRUCTURE),
        NODE_LOST(Budget.INFRASTRUCTURE),
        /** Somebody else deleted its objects. */
        DELETED(Budget.INFRASTRUCTURE),
        /** The image cannot be pulled, after some tries. */
        IMAGE(Budget.NONE),
        /** A volume, Secret, ConfigMap or the like that the pod names is not there, after some tries. */
        CONFIGURATION(Budget.NONE),
        /** The cluster refuses the objects. */
        REFUSED(Budget.NONE),
        QUEUE_DEADLINE(Budget.NONE),
        RUN_DEADLINE(Budget.NONE),
        /** A person or the host stopped it. */
        STOPPED(Budget.NONE);

        private final Budget budget;

        Cause(Budget budget) {
            this.budget = budget;
        }

        public Budget budget() {
            return budget;
        }
    }

    public boolean succeeded() {
        return cause == Cause.SUCCEEDED;
    }
}
