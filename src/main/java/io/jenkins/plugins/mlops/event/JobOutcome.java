package io.jenkins.plugins.mlops.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;

/**
 * What became of a merge for a job whose trigger wants merges of that repository and branch.
 *
 * @param job full name
 * @param sentence why, for people who may configure the job
 * @param build number; 0 for none
 */
record JobOutcome(
        @JsonProperty(required = true) String job,
        @JsonProperty(required = true) State state,
        @JsonProperty(required = true) String sentence,
        @JsonProperty(required = true) int build) {

    enum State {
        /** Something has to be known first; tried again. */
        WAITING,
        /** In Jenkins' queue. */
        QUEUED,
        BUILT,
        NOT_WANTED,
        REFUSED
    }

    /**
     * In the queue, as it was said when it was put there.
     *
     * @param before what is kept
     * @param sentence what is said when that is not of the queue
     */
    static JobOutcome queued(Optional<JobOutcome> before, String job, String sentence) {
        return before.filter(outcome -> outcome.state != State.WAITING)
                .orElse(new JobOutcome(job, State.QUEUED, sentence, 0));
    }

    /** The same, as that build. */
    JobOutcome startedAs(int number) {
        return new JobOutcome(job, State.BUILT, sentence, number);
    }

    @JsonIgnore
    boolean isFinal() {
        return state != State.WAITING && state != State.QUEUED;
    }
}
