package io.jenkins.plugins.mlops.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.bitbucket.Bitbucket;
import io.jenkins.plugins.mlops.core.bitbucket.BuildStatus;
import io.jenkins.plugins.mlops.core.bitbucket.CodeReport;
import io.jenkins.plugins.mlops.core.bitbucket.StickyComment;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;

/**
 * One thing to be sent to Bitbucket, and how often that was tried. It has exactly one of status, report and comment. It holds no secret: with
 * which credentials it is sent, the server's profile says when it is.
 *
 * @param build externalizable id of the build that tells it
 * @param noted when it was written
 * @param attempts how often it was tried
 * @param next not before this it is tried again
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record Letter(
        String build,
        ReportTarget target,
        BuildStatus status,
        CodeReport report,
        StickyComment comment,
        Instant noted,
        int attempts,
        Instant next) {

    private static final Duration FIRST_WAIT = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(30);
    /** Nobody means more, and it would be no time that can be counted with. */
    private static final Duration LONGEST_ASKED = Duration.ofDays(365);

    private static final int MOST_DOUBLINGS = 16;

    static Letter of(String build, ReportTarget target, BuildStatus status) {
        return new Letter(build, target, status, null, null, Instant.now(), 0, Instant.EPOCH);
    }

    static Letter of(String build, ReportTarget target, CodeReport report) {
        return new Letter(build, target, null, report, null, Instant.now(), 0, Instant.EPOCH);
    }

    static Letter of(String build, ReportTarget target, StickyComment comment) {
        return new Letter(build, target, null, null, comment, Instant.now(), 0, Instant.EPOCH);
    }

    /** The place that it takes in Bitbucket: a letter to the same place makes this one needless. A file name. */
    @NonNull
    String place() {
        String where = status != null
                ? "status " + target.commit() + " " + status.key()
                : report != null
                        ? "report " + target.commit() + " " + report.key()
                        : "comment " + target.pullRequest() + " " + comment.sender();
        return Digest.of(String.join("\n", target.server(), target.project(), target.slug(), where))
                .hex();
    }

    /** What it is, for a list: "Build status". */
    @NonNull
    String what() {
        return status != null ? "Build status" : report != null ? "Report '" + report.title() + "'" : "Comment";
    }

    /** Where it goes, for a list. */
    @NonNull
    String where() {
        return comment != null ? target.pullText() : target.commitText();
    }

    /** Delivers it; that may be done twice. */
    void send(@NonNull Bitbucket bitbucket) {
        if (status != null) {
            bitbucket.setBuildStatus(target.repository(), target.commit(), status);
        } else if (report != null) {
            bitbucket.putReport(target.repository(), target.commit(), report);
        } else {
            bitbucket.putComment(target.repository(), target.pullRequest(), comment);
        }
    }

    /** After a try that failed in passing. @param asked the wait that the server asks for, or zero */
    @NonNull
    Letter postponed(@NonNull Duration asked) {
        Duration own = FIRST_WAIT.multipliedBy(1L << Math.min(attempts, MOST_DOUBLINGS));
        Duration bounded = Collections.min(List.of(own, LONGEST_WAIT));
        Duration wait = Collections.max(List.of(bounded, Collections.min(List.of(asked, LONGEST_ASKED))));
        return new Letter(
                build,
                target,
                status,
                report,
                comment,
                noted,
                attempts + 1,
                Instant.now().plus(wait));
    }

    /** That is not tried before then, without having been tried. */
    @NonNull
    Letter waitingUntil(@NonNull Instant then) {
        return new Letter(build, target, status, report, comment, noted, attempts, then);
    }
}
