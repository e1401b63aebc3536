package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Cause;
import hudson.model.Run;
import java.util.Objects;
import jenkins.model.Jenkins;

/** Who answers for what a build does, for the record. */
final class BuildAuthor {

    private BuildAuthor() {}

    /** The id of the user who started the build; else the build's address. */
    @NonNull
    static String of(@NonNull Run<?, ?> run) {
        Cause.UserIdCause cause = run.getCause(Cause.UserIdCause.class);
        String user = cause == null ? null : cause.getUserId();
        if (user != null) {
            return user;
        }
        return Objects.requireNonNullElse(Jenkins.get().getRootUrl(), "") + run.getUrl();
    }
}
