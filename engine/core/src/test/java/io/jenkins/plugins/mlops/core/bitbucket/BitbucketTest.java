package io.jenkins.plugins.mlops.core.bitbucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class BitbucketTest {

    private static final RetryPolicy SOON = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2));
    private static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);
    private static final RepositoryId MODEL = new RepositoryId(BitbucketStandIn.PROJECT, BitbucketStandIn.SLUG);
    private static final String SOURCE = "a1".repeat(20);
    private static final String MERGE = "b2c3d4e5".repeat(5);
    private static final String SENDER = "0f".repeat(16);

    private BitbucketStandIn server;
    private Bitbucket bitbucket;

    private void start(BitbucketKind kind) throws IOException {
        server = new BitbucketStandIn(kind);
        server.addCommit(SOURCE, "train.py");
        server.addCommit(MERGE, "train.py", "old.yaml -> new.yaml", "data/labels.dvc");
        server.addMergedPull(7, SOURCE, MERGE, "train.py", "old.yaml -> new.yaml", "data/labels.dvc");
        bitbucket = Bitbucket.connect(server.settings(), SOON);
    }

    @AfterEach
    void stop() {
        bitbucket.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({"DATA_CENTER, 8.19.1", "CLOUD,"})
    void aServerTellsWhatItIs(BitbucketKind kind, String version) throws IOException {
        start(kind);
        assertThat(bitbucket.version()).isEqualTo(Optional.ofNullable(version));
        bitbucket.checkReadable(MODEL);
        assertThatThrownBy(() -> bitbucket.checkReadable(new RepositoryId("PRJ", "other")))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FAILED))
                .hasMessageContainingAll("Reading the repository PRJ/other failed", "check the names");
    }

    /** Cloud tells it whomever, so there the repository shows that the credentials are wrong. */
    @ParameterizedTest
    @EnumSource
    void wrongCredentialsAreRefused(BitbucketKind kind) throws IOException {
        start(kind);
        BitbucketSettings wrong =
                new BitbucketSettings(kind, server.address(), new BitbucketSettings.Credentials("ann", "s3cr3t", null));
        try (Bitbucket refusing = Bitbucket.connect(wrong, ONCE)) {
            assertThatThrownBy(() -> {
                        refusing.version();
                        refusing.checkReadable(MODEL);
                    })
                    .isInstanceOfSatisfying(
                            MlopsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED))
                    .hasMessageContaining("does not know the credentials")
                    .message()
                    .doesNotContain("s3cr3t");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAddressOfTheOtherProductIsNone(BitbucketKind kind) throws IOException {
        start(kind);
        BitbucketKind other = kind == BitbucketKind.CLOUD ? BitbucketKind.DATA_CENTER : BitbucketKind.CLOUD;
        BitbucketSettings mistaken =
                new BitbucketSettings(other, server.address(), server.settings().credentials());
        try (Bitbucket none = Bitbucket.connect(mistaken, ONCE)) {
            assertThatThrownBy(none::version)
                    .isInstanceOfSatisfying(
                            MlopsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FAILED))
                    .hasMessageContainingAll("it is no Bitbucket", "check the address");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aShortHashIsLookedUp(BitbucketKind kind) throws IOException {
        start(kind);
        assertThat(bitbucket.fullHash(MODEL, MERGE.substring(0, 12))).contains(MERGE);
        assertThat(bitbucket.fullHash(MODEL, "dead".repeat(10))).isEmpty();
        assertThatThrownBy(() -> bitbucket.fullHash(MODEL, "main"))
                .isInstanceOf(MlopsException.class)
                .hasMessage("'main' is no hash of a commit: 7 or more hexadecimal digits are wanted");
    }

    @ParameterizedTest
    @EnumSource
    void aPullRequestTellsItsMergeCommitAndItsPeople(BitbucketKind kind) throws IOException {
        start(kind);
        PullRequest pull = bitbucket.pullRequest(MODEL, 7).orElseThrow();
        assertThat(pull.isMerged()).isTrue();
        assertThat(pull.mergeCommit()).isEqualTo(MERGE);
        assertThat(pull.sourceCommit()).isEqualTo(SOURCE);
        assertThat(pull.sourceBranch()).isEqualTo("feature/x");
        assertThat(pull.targetBranch()).isEqualTo("main");
        assertThat(pull.author()).isEqualTo(new BitbucketUser("ann", "Ann Author", false));
        assertThat(pull.reviewers())
                .containsExactly(
                        new BitbucketUser("rob", "Rob Reviewer", true), new BitbucketUser("sue", "Sue Silent", false));
        assertThat(pull.link()).endsWith("/pull-requests/7");
        assertThat(bitbucket.pullRequest(MODEL, 8)).isEmpty();
    }

    @Test
    void aMergeThatThePullRequestDoesNotTellIsFoundAmongItsActivities() throws IOException {
        start(BitbucketKind.DATA_CENTER);
        server.sayMergeInActivities(7);
        server.pageSize = 1;
        server.addComment("ann", "looks good");
        assertThat(bitbucket.pullRequest(MODEL, 7).orElseThrow().mergeCommit()).isEqualTo(MERGE);
    }

    @ParameterizedTest
    @EnumSource
    void changedFilesComeFromAllPagesUpToABound(BitbucketKind kind) throws IOException {
        start(kind);
        server.pageSize = 2;
        String[] all = {"train.py", "new.yaml", "old.yaml", "data/labels.dvc"};
        assertThat(bitbucket.commitFiles(MODEL, MERGE, 100).paths()).containsExactlyInAnyOrder(all);
        assertThat(bitbucket.pullRequestFiles(MODEL, 7, 100).paths()).containsExactlyInAnyOrder(all);
        assertThat(bitbucket.commitFiles(MODEL, MERGE, 4).complete()).isTrue();
        ChangedFiles some = bitbucket.commitFiles(MODEL, MERGE, 2);
        assertThat(some.paths()).hasSize(2);
        assertThat(some.complete()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aBuildStatusTakesThePlaceOfTheOneBefore(BitbucketKind kind) throws IOException {
        start(kind);
        bitbucket.setBuildStatus(MODEL, MERGE, status(BuildStatus.State.RUNNING, "running"));
        bitbucket.setBuildStatus(MODEL, MERGE, status(BuildStatus.State.STOPPED, "x".repeat(400)));
        assertThat(server.history)
                .containsExactly(MERGE + " INPROGRESS", MERGE + (kind == BitbucketKind.CLOUD ? " STOPPED" : " FAILED"));
        assertThat(server.statuses(MERGE)).hasSize(1);
        JsonNode told = server.status(MERGE, "job");
        assertThat(told.path("url").asText()).isEqualTo("https://jenkins.example/job/x/1/");
        assertThat(told.path("name").asText()).hasSize(255).endsWith("\u2026");
    }

    @Test
    void aDataCenterWithoutBuildsOfRepositoriesGetsTheStatusOfACommit() throws IOException {
        start(BitbucketKind.DATA_CENTER);
        server.hasBuilds = false;
        bitbucket.setBuildStatus(MODEL, MERGE, status(BuildStatus.State.PASSED, "done"));
        assertThat(server.history).containsExactly(MERGE + " SUCCESSFUL");
        assertThat(server.status(MERGE, "job").has("parent")).isFalse();
    }

    private static BuildStatus status(BuildStatus.State state, String name) {
        return new BuildStatus(
                "job", state, name, "https://jenkins.example/job/x/1/", "a build", "x", "refs/heads/main");
    }

    @ParameterizedTest
    @EnumSource
    void aReportTakesThePlaceOfTheOneBeforeWithItsNotesWithinTheLimits(BitbucketKind kind) throws IOException {
        start(kind);
        bitbucket.putReport(MODEL, MERGE, report(1200, 20));
        assertThat(server.annotations(MERGE, "gate")).hasSize(1000);
        bitbucket.putReport(MODEL, MERGE, report(3, 20));
        assertThat(server.annotations(MERGE, "gate")).hasSize(3);
        JsonNode told = server.reports(MERGE).get("gate");
        assertThat(told.path("data")).hasSize(kind == BitbucketKind.CLOUD ? 10 : 6);
        assertThat(told.path("details").asText()).hasSize(2000);
        assertThat(told.path("result").asText()).startsWith("FAIL");
    }

    private static CodeReport report(int notes, int data) {
        return new CodeReport(
                "gate",
                "Gate",
                "d".repeat(3000),
                CodeReport.Result.FAILED,
                "https://jenkins.example/",
                IntStream.range(0, data)
                        .mapToObj(i -> new CodeReport.Datum("datum " + i, "0." + i))
                        .toList(),
                IntStream.range(0, notes)
                        .mapToObj(i -> new CodeReport.Note("m".repeat(3000), CodeReport.Severity.HIGH))
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void thereIsOneCommentHoweverOftenItIsSent(BitbucketKind kind) throws IOException {
        start(kind);
        server.pageSize = 2;
        IntStream.range(0, 5).forEach(i -> server.addComment("ann", "a word " + i));
        comment(1, "first");
        comment(2, "second");
        comment(2, "second");
        assertThat(ours()).singleElement().satisfies(comment -> {
            assertThat(comment.text).startsWith("second\n\n[//]: # (mlops-report:");
            assertThat(comment.version).isEqualTo(1);
        });
    }

    @ParameterizedTest
    @EnumSource
    void anOlderBuildDoesNotReplaceWhatANewerOneSaid(BitbucketKind kind) throws IOException {
        start(kind);
        comment(2, "newer");
        comment(1, "older");
        assertThat(ours())
                .singleElement()
                .satisfies(comment -> assertThat(comment.text).startsWith("newer"));
    }

    @ParameterizedTest
    @EnumSource
    void aLostAnswerMakesNoSecondComment(BitbucketKind kind) throws IOException {
        start(kind);
        server.loseAnswer(2, "(POST|PUT) .*/comments");
        comment(1, "first");
        comment(2, "second");
        assertThat(ours())
                .singleElement()
                .satisfies(comment -> assertThat(comment.text).startsWith("second"));
    }

    @ParameterizedTest
    @EnumSource
    void aCommentThatIsChangedOrGoneMeanwhileIsReadAgain(BitbucketKind kind) throws IOException {
        start(kind);
        comment(1, "first");
        server.meanwhile = comment -> {
            server.meanwhile = null;
            comment.version++;
        };
        comment(2, "second");
        server.refuse(1, "PUT .*/comments/", 404, Map.of());
        server.removeComment(ours().get(0));
        comment(3, "third");
        assertThat(ours())
                .singleElement()
                .satisfies(comment -> assertThat(comment.text).startsWith("third"));
    }

    @ParameterizedTest
    @EnumSource
    void aCommentOfAnotherWithOurMarkerIsLeftAlone(BitbucketKind kind) throws IOException {
        start(kind);
        server.addComment("mallory", new StickyComment(SENDER, 1, "mine now").body());
        comment(2, "first");
        comment(3, "second");
        assertThat(server.comments())
                .extracting(comment ->
                        comment.author + ": " + comment.text.lines().findFirst().orElse(""))
                .containsExactly("mallory: mine now", "us: second");
    }

    @ParameterizedTest
    @EnumSource
    void whatFailsInPassingIsTriedAgain(BitbucketKind kind) throws IOException {
        start(kind);
        server.refuse(1, "POST .*(builds|build)$", 500, Map.of());
        server.refuse(1, "POST .*(builds|build)$", 429, Map.of("Retry-After", "0"));
        bitbucket.setBuildStatus(MODEL, MERGE, status(BuildStatus.State.PASSED, "done"));
        server.refuse(2, "PUT .*/reports/", 409, Map.of());
        bitbucket.putReport(MODEL, MERGE, report(1, 1));
        assertThat(server.reports(MERGE)).hasSize(1);
        assertThat(server.history).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "CLOUD, Retry-After, 240, 240",
        "DATA_CENTER, Retry-After, 240, 240",
        "DATA_CENTER, X-RateLimit-Interval-Seconds, 150, 150"
    })
    void howLongTheServerWantsToBeLeftAloneIsTold(BitbucketKind kind, String header, String value, long seconds)
            throws IOException {
        start(kind);
        server.refuse(1, "POST", 429, Map.of(header, value));
        MlopsException e = catchThrowableOfType(
                MlopsException.class,
                () -> bitbucket.setBuildStatus(MODEL, MERGE, status(BuildStatus.State.PASSED, "done")));
        assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(e).hasMessageContaining("it limits how often it may be asked; try again later");
        assertThat(RetryPolicy.Transient.askedWait(e)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({
        "DATA_CENTER, 401, REFUSED, check the token and its permissions",
        "CLOUD, 403, REFUSED, check the token and its permissions",
        "DATA_CENTER, 404, FAILED, check the names",
        "CLOUD, 404, FAILED, check the names",
        "CLOUD, 400, FAILED, answered HTTP 400",
        "CLOUD, 302, FAILED, answered HTTP 302"
    })
    void aRefusalIsOneSentenceThatTellsNoSecret(BitbucketKind kind, int status, Kind expected, String advice)
            throws IOException {
        start(kind);
        String because = kind == BitbucketKind.CLOUD
                ? "{\"error\":{\"message\":\"because\\nof this\"}}"
                : "{\"errors\":[{\"message\":\"because\\nof this\",\"exceptionName\":\"a.b.C\"}]}";
        server.refuse(9, "POST", status, Map.of("Location", "http://thief.example/"), because);
        MlopsException e = catchThrowableOfType(
                MlopsException.class,
                () -> bitbucket.setBuildStatus(MODEL, MERGE, status(BuildStatus.State.PASSED, "done")));
        assertThat(e.kind()).isEqualTo(expected);
        assertThat(e.getMessage())
                .startsWith("Setting the build status of the commit " + MERGE + " of PRJ/model")
                .contains(advice)
                .doesNotContain("\n", BitbucketStandIn.TOKEN);
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void credentialsAreNotSentToWhereTheNextPageIsSaidToBe() throws IOException {
        start(BitbucketKind.CLOUD);
        server.refuse(1, "GET .*/diffstat/", 200, Map.of(), "{\"values\":[],\"next\":\"http://thief.example/\"}");
        assertThatThrownBy(() -> bitbucket.commitFiles(MODEL, MERGE, 10))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("where its credentials are not sent");
    }

    @Test
    void aRedirectOnTheSameServerIsFollowedByReadingOnly() throws IOException {
        start(BitbucketKind.CLOUD);
        String there = server.address() + "/repositories/PRJ/model/diffstat/" + MERGE;
        server.refuse(1, "GET .*/pullrequests/7/diffstat", 302, Map.of("Location", there));
        assertThat(bitbucket.pullRequestFiles(MODEL, 7, 10).paths()).contains("train.py");
    }

    @Test
    void aServerThatIsAwayIsSaidToBe() throws IOException {
        start(BitbucketKind.DATA_CENTER);
        URI gone = server.address();
        server.close();
        try (Bitbucket away = Bitbucket.connect(new BitbucketSettings(BitbucketKind.DATA_CENTER, gone, null), ONCE)) {
            assertThatThrownBy(() -> away.pullRequest(MODEL, 1))
                    .isInstanceOf(MlopsException.class)
                    .hasMessage("Reading the pull request 1 of PRJ/model failed: Bitbucket at " + gone
                            + " does not accept connections; check its address and that it runs, then try again");
        }
    }

    @ParameterizedTest
    @CsvSource({"'..', 'x'", "'P', '../x'", "'P', ''", "'P/Q', 'x'", "'P', 'x?y'"})
    void namesThatWouldLeadElsewhereAreNone(String project, String slug) throws IOException {
        start(BitbucketKind.CLOUD);
        assertThatThrownBy(() -> new RepositoryId(project, slug)).isInstanceOf(MlopsException.class);
    }

    private void comment(long order, String text) {
        bitbucket.putComment(MODEL, 7, new StickyComment(SENDER, order, text));
    }

    private List<BitbucketStandIn.Comment> ours() {
        return server.comments().stream()
                .filter(comment -> comment.author.equals("us"))
                .toList();
    }
}
