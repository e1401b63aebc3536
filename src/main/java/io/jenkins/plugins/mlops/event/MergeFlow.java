package io.jenkins.plugins.mlops.event;

import hudson.AbortException;
import hudson.model.Action;
import hudson.model.InvisibleAction;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.plugins.git.GitSCM;
import io.jenkins.plugins.mlops.checkout.PinnedRevision;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import jenkins.plugins.git.AbstractGitSCMSource;
import jenkins.scm.api.SCMFileSystem;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMRevisionAction;
import org.jenkinsci.plugins.workflow.cps.CpsFlowExecution;
import org.jenkinsci.plugins.workflow.cps.CpsFlowFactoryAction2;
import org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.DurabilityHintProvider;
import org.jenkinsci.plugins.workflow.flow.FlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/**
 * Has a build take its Jenkinsfile from the merge commit. Pipeline asks this action instead of going on by itself:
 *
 * <ul>
 *   <li>a <b>branch of a multibranch project</b> has by then fetched the branch's tip, which may have moved on. The revision that it
 *       recorded is replaced by the merge commit, so that {@code checkout scm}, further Jenkinsfiles and lineage take that one; the
 *       Jenkinsfile is the one of the revision that the branch source trusts for the merge commit;
 *   <li>a <b>Pipeline script from SCM</b>, read without a checkout, reads the merge commit instead of the tip. One that is read by a
 *       checkout does so with {@link PinnedRevision}, and so does every checkout of that repository in the script;
 *   <li>a <b>script in the job</b> stays what it is; its checkouts of that repository take the merge commit.
 * </ul>
 *
 * <p>What cannot be read of exactly that commit is not built: the build fails and says why. A commit that the repository does not
 * show yet is tried again for about half a minute.
 */
public class MergeFlow extends InvisibleAction implements CpsFlowFactoryAction2 {

    /** How long is waited before each further try. */
    private static final List<Duration> WAITS = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8),
            Duration.ofSeconds(15));

    @Override
    public CpsFlowExecution create(FlowDefinition definition, FlowExecutionOwner owner, List<? extends Action> actions)
            throws IOException {
        WorkflowJob job = (WorkflowJob) ((Run<?, ?>) owner.getExecutable()).getParent();
        Run<?, ?> build = (Run<?, ?>) owner.getExecutable();
        MergeAction merge = build.getAction(MergeAction.class);
        if (merge == null) {
            throw new AbortException("The build does not know the merge that it is about");
        }
        TaskListener listener = owner.getListener();
        MergedJob merged = MergedJob.of(job);
        try {
            if (merged.branch().isPresent()) {
                return flow(ofBranch(merged, merged.branch().get(), build, merge, listener), owner, job);
            }
            String script = definition instanceof CpsScmFlowDefinition scm && scm.isLightweight()
                    ? withoutCheckout(merged, scm, build, merge, listener)
                    : null;
            return script == null ? byItself(definition, owner, listener, actions) : flow(script, owner, job);
        } catch (InterruptedException e) {
            InterruptedIOException interrupted = new InterruptedIOException("The build was stopped");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    private static CpsFlowExecution flow(String script, FlowExecutionOwner owner, WorkflowJob job) throws IOException {
        return new CpsFlowExecution(script, true, owner, DurabilityHintProvider.suggestedFor(job));
    }

    private CpsFlowExecution byItself(
            FlowDefinition definition, FlowExecutionOwner owner, TaskListener listener, List<? extends Action> actions)
            throws IOException {
        List<? extends Action> others = actions.stream()
                .filter(action -> !(action instanceof MergeFlow))
                .toList();
        try {
            return (CpsFlowExecution) definition.create(owner, listener, others);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static String ofBranch(
            MergedJob merged, MergedBranch branch, Run<?, ?> build, MergeAction merge, TaskListener listener)
            throws IOException, InterruptedException {
        String path = merged.scriptPath();
        if (path == null) {
            throw new AbortException("The merge commit is not built: how the multibranch project of "
                    + merged.job().getFullDisplayName()
                    + " finds its Jenkinsfile is not known here, and the branch's tip may be"
                    + " another commit");
        }
        SCMRevision revision = branch.revision(merge.getMergeCommit());
        build.addOrReplaceAction(new SCMRevisionAction(branch.source(), revision));
        SCMRevision trusted = branch.source().getTrustedRevision(revision, listener);
        if (!trusted.equals(revision)) {
            listener.getLogger().println("The branch source trusts " + trusted + " for the Jenkinsfile");
        }
        return read(merged, branch.checkoutOf(trusted), trusted, path, build, merge, listener);
    }

    /** Null when this kind of SCM can only be read by a checkout. */
    private static String withoutCheckout(
            MergedJob merged,
            CpsScmFlowDefinition definition,
            Run<?, ?> build,
            MergeAction merge,
            TaskListener listener)
            throws IOException, InterruptedException {
        if (!(definition.getScm() instanceof GitSCM git)) {
            throw new AbortException("The merge commit is not built: the Jenkinsfile of "
                    + merged.job().getFullDisplayName() + " comes from no Git repository");
        }
        SCMRevision revision =
                new AbstractGitSCMSource.SCMRevisionImpl(new SCMHead(merge.getTargetBranch()), merge.getMergeCommit());
        String path = build.getEnvironment(listener).expand(definition.getScriptPath());
        return read(merged, git, revision, path, build, merge, listener);
    }

    private static String read(
            MergedJob merged,
            GitSCM git,
            SCMRevision revision,
            String path,
            Run<?, ?> build,
            MergeAction merge,
            TaskListener listener)
            throws IOException, InterruptedException {
        for (int tries = 0; ; tries++) {
            try (SCMFileSystem files = SCMFileSystem.of(merged.job(), git, revision, build)) {
                if (files == null && !merged.isBranch()) {
                    return null;
                }
                if (files == null) {
                    throw new AbortException(
                            "The merge commit is not built: its Jenkinsfile cannot be read without a checkout");
                }
                files.getRoot().children(); // tells a commit that is not there from a file that is not
                String script = files.child(path).contentAsString();
                listener.getLogger()
                        .println("Obtained " + path + " from " + revision + ", the merge of " + merge.getLabel());
                return script;
            } catch (AbortException e) {
                throw e;
            } catch (FileNotFoundException e) {
                throw new AbortException("There is no " + path + " in the merge commit " + merge.getMergeCommit());
            } catch (IOException e) {
                if (tries == WAITS.size()) {
                    throw new AbortException("The merge commit " + merge.getMergeCommit() + " of " + merge.getLabel()
                            + " cannot be read from " + git.getKey().replaceFirst("^git ", "") + " (" + reason(e)
                            + "): the job's repository must be the merged one, and show the branch "
                            + merge.getTargetBranch());
                }
                listener.getLogger()
                        .println("The merge commit is not there yet (" + reason(e) + "); trying again in "
                                + WAITS.get(tries).toSeconds() + " s");
                Thread.sleep(WAITS.get(tries).toMillis());
            }
        }
    }

    /** Git tells the rest of its story in further lines. */
    private static String reason(IOException failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
}
