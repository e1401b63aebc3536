package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import hudson.model.InvisibleAction;
import hudson.model.Queue;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The merge that a build is about: on its item in the queue, then on the build, with which it is kept. A build that another cause
 * started on the same commit gets it when the merge becomes known. Texts come from users of Bitbucket and are shown escaped only.
 */
public class MergeAction extends InvisibleAction implements Queue.QueueAction {

    private final String event;
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
        this.event = id;
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

    /** Under which {@link MergeInbox} keeps the event. */
    String getEvent() {
        return event;
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

    /** The last commit of the source; from Cloud its first digits; "" when the event did not say it. */
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

    /** Merges are never taken together: each commit is built, however fast they follow each other. */
    @Override
    public boolean shouldSchedule(List<Action> actions) {
        return actions.stream()
                .noneMatch(other -> other instanceof MergeAction merge && merge.mergeCommit.equals(mergeCommit));
    }
}
