package io.jenkins.plugins.mlops;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import jenkins.model.Jenkins;

/** Where people find a build. */
public final class BuildLink {

    private BuildLink() {}

    /** Its page; null while Jenkins does not know its own address. */
    @CheckForNull
    public static String of(@NonNull Run<?, ?> build) {
        String root = Jenkins.get().getRootUrl();
        return root == null ? null : root + build.getUrl();
    }
}
