package io.jenkins.plugins.mlops.core.rerun;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Something that was not the same in a training and in its repetition.
 *
 * @param what for people, such as {@code GPU}
 * @param original null when it is not known or was not there
 * @param repeated null when it is not known or was not there
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RunDifference(String what, String original, String repeated) {}
