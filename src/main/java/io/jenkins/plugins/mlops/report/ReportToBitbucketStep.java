package io.jenkins.plugins.mlops.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ProfileChoices;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.bitbucket.RepositoryId;
import io.jenkins.plugins.mlops.step.RestartableStepExecution;
import java.io.IOException;
import java.io.Serializable;
import java.util.Locale;
import java.util.Set;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * Says which commit and pull request of Bitbucket a build is about, so that Bitbucket is told of it, as of a build that came from a merge.
 * The step itself asks no server.
 */
public class ReportToBitbucketStep extends Step implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String repository;
    private final String commit;
    private String server;
    private long pullRequest;
    private String branch;

    @DataBoundConstructor
    public ReportToBitbucketStep(String repository, String commit) {
        this.repository = Util.fixNull(repository).trim();
        this.commit = Util.fixNull(commit).trim().toLowerCase(Locale.ROOT);
    }

    /** {@code PROJECT/repository}, on Cloud {@code workspace/repository}. */
    @NonNull
    public String getRepository() {
        return repository;
    }

    /** In full. */
    @NonNull
    public String getCommit() {
        return commit;
    }

    /** Name of the Bitbucket server in Jenkins' configuration; null for the first. */
    @CheckForNull
    public String getServer() {
        return server;
    }

    @DataBoundSetter
    public void setServer(@CheckForNull String server) {
        this.server = Util.fixEmptyAndTrim(server);
    }

    /** Number of the pull request that is commented; 0 for none. */
    public long getPullRequest() {
        return pullRequest;
    }

    @DataBoundSetter
    public void setPullRequest(long pullRequest) {
        this.pullRequest = pullRequest;
    }

    /** Branch that the commit is on; null when that does not matter. */
    @CheckForNull
    public String getBranch() {
        return branch;
    }

    @DataBoundSetter
    public void setBranch(@CheckForNull String branch) {
        this.branch = Util.fixEmptyAndTrim(branch);
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(this, context);
    }

    /** @throws MlopsException when it may not be reported, or what is said names nothing */
    private ReportTarget target() {
        BitbucketProfile profile = MlopsConfiguration.get().bitbucketServer(server);
        if (!profile.isReportFromPipelines()) {
            throw MlopsException.refused("A pipeline may not say itself what it reports to the Bitbucket server '"
                    + profile.getName() + "': an administrator allows that in the server's profile");
        }
        RepositoryId id = RepositoryId.parse(repository);
        if (!commit.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
            throw MlopsException.usage(
                    "'" + commit + "' is no full hash of a commit: give all its digits, such as those of GIT_COMMIT");
        }
        if (pullRequest < 0) {
            throw MlopsException.usage("A pull request has a number of 1 or more, or 0 for none: " + pullRequest);
        }
        return new ReportTarget(profile.getName(), id.project(), id.slug(), commit, null, pullRequest, branch);
    }

    private static final class Execution extends RestartableStepExecution<Void> {

        private static final long serialVersionUID = 1L;

        private final ReportToBitbucketStep step;

        Execution(ReportToBitbucketStep step, StepContext context) {
            super(context);
            this.step = step;
        }

        @Override
        protected String doing() {
            return "noting what Bitbucket is told";
        }

        @Override
        protected Void work() throws IOException, InterruptedException {
            BuildReports.begin(run(), step.target());
            return null;
        }
    }

    @Extension
    public static class DescriptorImpl extends StepDescriptor {

        @Override
        public String getFunctionName() {
            return "reportToBitbucket";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Report this build to Bitbucket";
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class);
        }

        /** The servers that are saved; the one that was chosen stays even if it is gone. */
        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillServerItems(@AncestorInPath Item job, @QueryParameter String server) {
            return ProfileChoices.bitbucketServers(job, server);
        }
    }
}
