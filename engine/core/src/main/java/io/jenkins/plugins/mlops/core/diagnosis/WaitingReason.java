package io.jenkins.plugins.mlops.core.diagnosis;

/**
 * Why a workload does not run yet.
 *
 * @param key the same for as long as the reason is the same; numbers that change meanwhile are not in it
 * @param sentence for people, in the cluster's own words where it has some, without a full stop
 * @param terminal whether it will not pass by itself, so that the attempt ends with it soon
 */
public record WaitingReason(String key, String sentence, boolean terminal) {}
