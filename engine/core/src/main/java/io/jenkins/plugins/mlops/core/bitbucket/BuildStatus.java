package io.jenkins.plugins.mlops.core.bitbucket;

import java.util.Objects;

/**
 * What is to be seen of a build beside its commit. Sent again under its key it takes the place of what was there, so it may be sent twice.
 * Texts that are longer than the product takes are shortened.
 *
 * @param key one a job and commit; at most 40 characters, which is what Cloud takes
 * @param name for people
 * @param url absolute, of the build
 * @param description one line
 * @param parent what the required builds of Data Center call the job; null for none
 * @param ref full name of the ref that was built ({@code refs/heads/main}); null when unknown
 */
public record BuildStatus(
        String key, State state, String name, String url, String description, String parent, String ref) {

    /** Longest key that both products take, in characters. */
    static final int MAX_KEY = 40;

    /** How a build is. */
    public enum State {
        RUNNING,
        PASSED,
        FAILED,
        /** Stopped by someone before it could tell. */
        STOPPED
    }

    public BuildStatus {
        Objects.requireNonNull(state, "state");
        if (key.isEmpty() || key.length() > MAX_KEY) {
            throw new IllegalArgumentException("a build status has a key of 1 to " + MAX_KEY + " characters: " + key);
        }
    }
}
