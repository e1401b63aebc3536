package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The merge that a build is about. A build that another cause
 * started on the same commit gets it when the merge becomes known. Texts come from users of Bitbucket and are shown escaped only.
 */
public class MergeAction extends EventAction {

    private final String server;
    private final String project;
    private final String slug;
    private final long pullRequest;
    private final String title;
    private final String sourceBranch;
    private final String sourceCommit;
    private final String targetBranch;
    private final String mergeCommit;
    private final String author;
    private final ArrayList<String> reviewers;
    private final String link;
    private final boolean silent;

    /** @param report whether Bitbucket is told of the build */
    MergeAction(String id, String server, MergeEvent merge, boolean report) {
        super(id);
        this.server = server;
        this.project = merge.repository().project();
        this.slug = merge.repository().slug();
        this.pullRequest = merge.pullRequest();
        this.title = merge.title();
        this.sourceBranch = merge.sourceBranch();
        this.sourceCommit = merge.sourceCommit();
        this.targetBranch = merge.targetBranch();
        this.mergeCommit = merge.mergeCommit();
        this.author = merge.author();
        this.reviewers = new ArrayList<>(merge.reviewers());
        this.link = merge.link();
        this.silent = !report;
    }

    /** Name of the Bitbucket server in Jenkins' configuration. */
    @NonNull
    public String getServer() {
        return server;
    }

    /** Data Center: the project's key; Cloud: the workspace. */
    @NonNull
    public String getProject() {
        return project;
    }

    @NonNull
    public String getSlug() {
        return slug;
    }

    public long getPullRequest() {
        return pullRequest;
    }

    @NonNull
    public String getTitle() {
        return title;
    }

    @NonNull
    public String getSourceBranch() {
        return sourceBranch;
    }

    /** The last commit of the source; its first digits when the event says no more and the merged repository does not have it; "" for none. */
    @NonNull
    public String getSourceCommit() {
        return sourceCommit;
    }

    @NonNull
    public String getTargetBranch() {
        return targetBranch;
    }

    /** In full: what the build builds, and nothing else. */
    @NonNull
    public String getMergeCommit() {
        return mergeCommit;
    }

    @NonNull
    public String getAuthor() {
        return author;
    }

    @NonNull
    public List<String> getReviewers() {
        return Collections.unmodifiableList(reviewers);
    }

    /** The pull request's page, by http or https; "" for none. */
    @NonNull
    public String getLink() {
        return link;
    }

    /** Whether Bitbucket is told of the build, as far as the server's profile has it told. */
    public boolean isReported() {
        return !silent;
    }

    /** How sentences call it. */
    @NonNull
    public String getLabel() {
        return "pull request " + pullRequest + " of " + project + "/" + slug;
    }

    @NonNull
    @Override
    EventInbox<?, ?> inbox() {
        return MergeInbox.get();
    }

    /** Whichever pull request the commit came by. */
    @Override
    boolean isSame(EventAction other) {
        return other instanceof MergeAction merge && merge.mergeCommit.equals(mergeCommit);
    }
}
