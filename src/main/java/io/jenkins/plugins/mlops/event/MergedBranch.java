package io.jenkins.plugins.mlops.event;

import hudson.AbortException;
import hudson.model.TaskListener;
import hudson.plugins.git.GitSCM;
import hudson.scm.SCM;
import java.io.IOException;
import jenkins.plugins.git.AbstractGitSCMSource;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMSource;

/** The branch of a multibranch project that a job builds. */
record MergedBranch(SCMSource source, SCMHead head) {

    String name() {
        return head.getName();
    }

    /** What a build of the commit is recorded with. */
    SCMRevision revision(String commit) {
        return new AbstractGitSCMSource.SCMRevisionImpl(head, commit);
    }

    /** What checks a revision out. */
    GitSCM checkoutOf(SCMRevision revision) throws AbortException {
        SCM scm = source.build(head, revision);
        if (scm instanceof GitSCM git) {
            return git;
        }
        throw new AbortException("The merge commit is not built: the branch source of " + name()
                + " has no Git repository but " + scm.getDescriptor().getDisplayName());
    }

    /** The source's own word for its newest revision: one of another class would be another revision to it. */
    SCMRevision tip() throws IOException, InterruptedException {
        return source.fetch(head, TaskListener.NULL);
    }
}
