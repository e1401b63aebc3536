package io.jenkins.plugins.mlops.core.execution;

import java.time.Duration;

/**
 * How patient an execution is.
 *
 * @param idle between two looks at what the watch has, when nothing else is due
 * @param logMin between two reads of a log that grows
 * @param logMax between two reads of a silent one
 * @param drain how long the rest of the logs is tried to be read after the end
 * @param unreachable wait after a call that the cluster did not answer, doubled up to {@code unreachableMax}
 * @param unsure how long an object that may have been asked for must stay absent to be taken for never created
 * @param unseen how long the watch may not show an object that is there before the cluster is asked for it
 * @param force how long, after a pod's grace, it may need to end before it is removed by force
 * @param abandon how long removal is tried before it is left to the sweeper
 * @param retry pause before the first retry, doubled up to {@code retryMax}
 */
record Timing(
        Duration idle,
        Duration logMin,
        Duration logMax,
        Duration drain,
        Duration unreachable,
        Duration unreachableMax,
        Duration unsure,
        Duration unseen,
        Duration force,
        Duration abandon,
        Duration retry,
        Duration retryMax) {

    static final Timing DEFAULT = new Timing(
            Duration.ofSeconds(2),
            Duration.ofMillis(500),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(15),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofMinutes(15),
            Duration.ofSeconds(5),
            Duration.ofMinutes(2));
}
