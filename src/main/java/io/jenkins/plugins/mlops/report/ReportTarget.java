package io.jenkins.plugins.mlops.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.bitbucket.RepositoryId;

/**
 * What of a Bitbucket a build is about.
 *
 * @param server name of the profile
 * @param project of the repository; on Cloud its workspace
 * @param commit full hash of what is built
 * @param source full hash of the last commit of the pull request's source, where its reports are shown; null when it is not known or
 *     is what is built
 * @param pullRequest its number; 0 for none
 * @param branch that the commit is on, without {@code refs/heads/}; null when it is not known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record ReportTarget(
        String server, String project, String slug, String commit, String source, long pullRequest, String branch) {

    RepositoryId repository() {
        return new RepositoryId(project, slug);
    }

    /** "commit 0123456789ab of PRJ/model". */
    String commitText() {
        return "commit " + shortened(commit) + " of " + project + "/" + slug;
    }

    /** "pull request 7 of PRJ/model". */
    String pullText() {
        return "pull request " + pullRequest + " of " + project + "/" + slug;
    }

    ReportTarget at(String otherCommit) {
        return new ReportTarget(server, project, slug, otherCommit, null, pullRequest, null);
    }

    static String shortened(String hash) {
        return hash.substring(0, Math.min(12, hash.length()));
    }
}
