package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.plugins.git.GitSCM;
import hudson.plugins.git.UserRemoteConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jenkins.branch.BranchProjectFactory;
import jenkins.plugins.git.AbstractGitSCMSource;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMSource;
import org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowBranchProjectFactory;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;

/**
 * Where a Pipeline job has its code from: the branch of a multibranch project, the repository of its Jenkinsfile, or, for a script
 * that is typed into the job, what the script checks out.
 *
 * @param branch empty when the job is of no multibranch project
 */
record MergedJob(WorkflowJob job, Optional<MergedBranch> branch) {

    static MergedJob of(WorkflowJob job) {
        SCMSource source = SCMSource.SourceByItem.findSource(job);
        SCMHead head = SCMHead.HeadByItem.findHead(job);
        return new MergedJob(
                job, source == null || head == null ? Optional.empty() : Optional.of(new MergedBranch(source, head)));
    }

    boolean isBranch() {
        return branch.isPresent();
    }

    /** The Jenkinsfile of a branch job; null when the project finds it in another way than by its path. */
    @CheckForNull
    String scriptPath() {
        return job.getParent() instanceof WorkflowMultiBranchProject project
                        && project.getProjectFactory() instanceof WorkflowBranchProjectFactory factory
                ? factory.getScriptPath()
                : null;
    }

    /** Where a job that is no branch has its Jenkinsfile from; empty for a script of its own. */
    Optional<GitSCM> repository() {
        return job.getDefinition() instanceof CpsScmFlowDefinition definition
                        && definition.getScm() instanceof GitSCM git
                ? Optional.of(git)
                : Optional.empty();
    }

    /** Addresses of {@link #repository}. */
    List<String> remotes() {
        List<String> remotes = new ArrayList<>();
        repository().map(GitSCM::getUserRemoteConfigs).stream()
                .flatMap(List::stream)
                .map(UserRemoteConfig::getUrl)
                .forEach(remotes::add);
        return remotes;
    }

    /** The revision that the branch source has scheduled a build of last, by its digits; empty when there is none. */
    Optional<String> scheduledCommit() {
        return isBranch() && job.getParent() instanceof WorkflowMultiBranchProject project
                ? hash(project.getProjectFactory().getRevision(job))
                : Optional.empty();
    }

    /**
     * Tells the branch source that the commit is being built, when it is the branch's newest; an older one it has scheduled or passed
     * over already.
     *
     * @return whether it did not know that before
     */
    boolean noteScheduled(String commit) throws IOException, InterruptedException {
        if (branch.isEmpty()
                || !(job.getParent() instanceof WorkflowMultiBranchProject project)
                || scheduledCommit().filter(commit::equals).isPresent()) {
            return false;
        }
        SCMRevision tip = branch.get().tip();
        if (hash(tip).filter(commit::equals).isEmpty()) {
            return false;
        }
        BranchProjectFactory<WorkflowJob, ?> factory = project.getProjectFactory();
        factory.setRevisionHash(job, tip);
        return true;
    }

    static Optional<String> hash(@CheckForNull SCMRevision revision) {
        return revision instanceof AbstractGitSCMSource.SCMRevisionImpl git
                ? Optional.of(git.getHash())
                : Optional.empty();
    }
}
