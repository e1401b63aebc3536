package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Job;
import hudson.plugins.git.GitSCM;
import hudson.triggers.Trigger;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ProfileChoices;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.bitbucket.RepositoryId;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import io.jenkins.plugins.mlops.core.event.PathPattern;
import io.jenkins.plugins.mlops.policy.PolicyText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * Builds what is merged in a Bitbucket repository: each merge once, and exactly its commit ({@link MergeInbox}, {@link MergeFlow}). The
 * trigger itself only says which merges.
 */
public class BitbucketMergeTrigger extends Trigger<Job<?, ?>> {

    private final String repository;
    private String server;
    private String branch;
    private ArrayList<String> paths;

    /** The opposite of {@link #isReport}: what was saved without it reports. */
    private boolean silent;

    /** @param repository {@code PROJECT/repository}, or {@code workspace/repository} of Cloud */
    @DataBoundConstructor
    public BitbucketMergeTrigger(String repository) {
        this.repository = Util.fixEmptyAndTrim(repository);
    }

    public String getRepository() {
        return repository;
    }

    /** Name of the Bitbucket server; null for the first that is configured. */
    @CheckForNull
    public String getServer() {
        return server;
    }

    @DataBoundSetter
    public void setServer(@CheckForNull String server) {
        this.server = Util.fixEmptyAndTrim(server);
    }

    /**
     * Pattern of branches that are merged into; null for those that the job builds. A branch of a multibranch project builds merges
     * into itself and no others in any case.
     */
    @CheckForNull
    public String getBranch() {
        return branch;
    }

    @DataBoundSetter
    public void setBranch(@CheckForNull String branch) {
        this.branch = Util.fixEmptyAndTrim(branch);
    }

    /** Patterns of files of which a merge must change one; none for all merges. */
    @NonNull
    public List<String> getPaths() {
        return PolicyText.list(paths);
    }

    @DataBoundSetter
    public void setPaths(@CheckForNull List<String> paths) {
        this.paths = PolicyText.lines(paths);
    }

    /** For the form: one a line. */
    @NonNull
    @Restricted(NoExternalUse.class)
    public String getPathLines() {
        return String.join("\n", getPaths());
    }

    /** Whether Bitbucket is told of the builds, as far as the server's profile has it told. */
    public boolean isReport() {
        return !silent;
    }

    @DataBoundSetter
    public void setReport(boolean report) {
        this.silent = !report;
    }

    List<PathPattern> patterns() {
        return getPaths().stream().map(PathPattern::new).toList();
    }

    /** Why a merge is not for this job; empty when it is. */
    Optional<String> mismatch(WorkflowJob job, String from, MergeEvent event) {
        try {
            String wanted = MlopsConfiguration.get().bitbucketServer(server).getName();
            if (!wanted.equals(from)) {
                return Optional.of("it comes from the server " + from + ", and the trigger wants " + wanted);
            }
            RepositoryId id = RepositoryId.parse(Util.fixNull(repository));
            if (!id.toString().equalsIgnoreCase(event.repository().toString())) {
                return Optional.of("it is of the repository " + event.repository() + ", and the trigger wants " + id);
            }
            patterns();
            return branchMismatch(MergedJob.of(job), event.targetBranch());
        } catch (MlopsException e) {
            return Optional.of("the trigger cannot be used: " + e.getMessage());
        }
    }

    private Optional<String> branchMismatch(MergedJob job, String target) {
        Optional<String> other = job.branch().map(MergedBranch::name).filter(name -> !name.equals(target));
        if (other.isPresent()) {
            return Optional.of("it is into " + target + ", and this is the job of " + other.get());
        }
        if (branch != null && !new PathPattern(branch).matches(target)) {
            return Optional.of("it is into " + target + ", and the trigger wants " + branch);
        }
        Optional<GitSCM> git = branch == null ? job.repository() : Optional.empty();
        if (git.isPresent()
                && git.get().getBranches().stream().noneMatch(spec -> spec.matchesRepositoryBranch("origin", target))) {
            return Optional.of("it is into " + target + ", which is no branch that the job builds");
        }
        return Optional.empty();
    }

    @Extension
    @Symbol("bitbucketMerge")
    public static class DescriptorImpl extends EventTriggerDescriptor {

        @NonNull
        @Override
        public String getDisplayName() {
            return "Build merges of a Bitbucket repository";
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public ListBoxModel doFillServerItems(@AncestorInPath Item item, @QueryParameter String server) {
            return ProfileChoices.bitbucketServers(item, server);
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckRepository(@AncestorInPath Item item, @QueryParameter String value) {
            return check(item, () -> RepositoryId.parse(Util.fixNull(value).trim()));
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckBranch(@AncestorInPath Item item, @QueryParameter String value) {
            return check(item, () -> {
                if (Util.fixEmptyAndTrim(value) != null) {
                    new PathPattern(value.trim());
                }
            });
        }

        @POST
        @Restricted(NoExternalUse.class) // for the form
        public FormValidation doCheckPaths(@AncestorInPath Item item, @QueryParameter String value) {
            return check(
                    item,
                    () -> PolicyText.list(PolicyText.lines(List.of(Util.fixNull(value))))
                            .forEach(PathPattern::new));
        }
    }
}
