package io.jenkins.plugins.mlops.core.execution;

/** Where an execution stands. */
public enum Phase {
    /** The attempt's objects are being created; or a quota has no room for them yet. */
    CREATING,
    /** They are there: the pods wait or run. */
    ACTIVE,
    /** It is known how the attempt ended; the rest of the logs is read. */
    ENDING,
    /** What could be known is kept; the attempt's objects are being removed. */
    REMOVING,
    /** The next attempt is due in a moment. */
    PAUSING,
    /** All is over, and nothing is left in the cluster. */
    DONE
}
