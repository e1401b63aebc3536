package io.jenkins.plugins.mlops.report;

import static io.jenkins.plugins.mlops.report.BitbucketServers.COMMIT;
import static io.jenkins.plugins.mlops.report.BitbucketServers.PULL;
import static io.jenkins.plugins.mlops.report.BitbucketServers.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hudson.model.Result;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketStandIn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class ReportToBitbucketStepTest {

    private static JenkinsRule jenkins;

    private BitbucketStandIn server;
    private BitbucketProfile profile;
    private WorkflowJob job;

    @BeforeAll
    static void start(JenkinsRule rule) {
        jenkins = rule;
    }

    private void start(BitbucketKind kind) throws Exception {
        server = new BitbucketStandIn(kind);
        BitbucketServers.fill(server);
        profile = BitbucketServers.configure(server.address().toString(), kind == BitbucketKind.CLOUD);
        job = jenkins.createProject(WorkflowJob.class);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    /** A build whose end is in the outbox. */
    private WorkflowRun build(Result wanted, String script) throws Exception {
        job.setDefinition(new CpsFlowDefinition("node {\n" + script + "}", true));
        WorkflowRun build = jenkins.buildAndAssertStatus(wanted, job);
        Path open = jenkins.jenkins.getRootDir().toPath().resolve("mlops/bitbucket-open");
        BitbucketServers.await("the end to be noted", () -> isEmpty(open));
        return build;
    }

    @ParameterizedTest
    @EnumSource
    void bitbucketIsToldOfBeginEndGateAndCommentsOnce(BitbucketKind kind) throws Exception {
        start(kind);
        String held = BitbucketServers.step() + BitbucketServers.gate("quality", "mAP", "0.95", "recall", "0.91");
        BitbucketServers.awaitEnds(build(Result.SUCCESS, held), 3);
        WorkflowRun second = build(
                Result.UNSTABLE,
                BitbucketServers.step() + BitbucketServers.gate("quality", "mAP", "0.4", "recall", "0.91"));
        BitbucketServers.awaitEnds(second, 3);

        assertThat(server.history).contains(COMMIT + " SUCCESSFUL").last().isEqualTo(COMMIT + " FAILED");
        assertThat(server.statuses(COMMIT)).singleElement().satisfies(status -> {
            assertThat(status.path("url").asText()).isEqualTo(jenkins.getURL() + second.getUrl());
            assertThat(status.path("description").asText()).contains("gate quality: fail");
        });
        Map<String, JsonNode> reports = server.reports(COMMIT);
        assertThat(reports).hasSize(1);
        String key = reports.keySet().iterator().next();
        assertThat(reports.get(key).path("details").asText()).contains("fail  mAP  0.4, limit >= 0.9\npass  recall");
        assertThat(server.annotations(COMMIT, key)).hasSize(1);
        assertThat(server.comments())
                .singleElement()
                .satisfies(comment -> assertThat(comment.text)
                        .contains("### Gate quality: FAIL")
                        .contains("| fail | mAP | overall | 0.4 | &#62;= 0.9 |"));
        assertThat(second.getAction(ReportsAction.class).getBitbucketReports())
                .extracting(report -> report.getWhat() + ", " + report.getWhere() + ": " + report.getState())
                .containsExactlyInAnyOrder(
                        "Build status, commit b2c3d4e5b2c3 of PRJ/model: sent",
                        "Report 'Gate quality of " + job.getFullName() + "', commit b2c3d4e5b2c3 of PRJ/model: sent",
                        "Comment, pull request 7 of PRJ/model: sent");
    }

    @Test
    void faultsOfTheServerDelayAndRepeatNothing() throws Exception {
        start(BitbucketKind.DATA_CENTER);
        server.refuse(1, "POST .*/builds", 429, Map.of("Retry-After", "1"));
        server.refuse(2, "PUT .*/reports/", 500, Map.of());
        server.loseAnswer(2, "POST .*/comments");
        WorkflowRun build = build(Result.SUCCESS, BitbucketServers.step() + BitbucketServers.gate("q", "mAP", "0.95"));
        BitbucketServers.awaitEnds(build, 3);
        assertThat(server.statuses(COMMIT)).hasSize(1);
        assertThat(server.history).last().isEqualTo(COMMIT + " SUCCESSFUL");
        assertThat(server.reports(COMMIT)).hasSize(1);
        assertThat(server.comments()).hasSize(1);
        assertThat(ReportLog.read(build)).allMatch(entry -> entry.state() == ReportLog.State.SENT);
    }

    @Test
    void whatBitbucketRefusesEndsInOneSentenceAndLeavesTheBuildAlone() throws Exception {
        start(BitbucketKind.CLOUD);
        server.refuse(99, "POST .*/comments", 403, Map.of());
        WorkflowRun build = build(Result.SUCCESS, BitbucketServers.step());
        BitbucketServers.awaitEnds(build, 2);
        HtmlPage page = jenkins.createWebClient().getPage(build);
        assertThat(page.asNormalizedText())
                .contains("Build status, commit b2c3d4e5b2c3 of PRJ/model: sent")
                .contains("Comment, pull request 7 of PRJ/model: failed (Commenting the pull request 7 of PRJ/model was"
                        + " refused: Bitbucket at " + server.address()
                        + " does not know the credentials, or does not permit it to them (HTTP 403); check the token and its"
                        + " permissions)");
    }

    @Test
    void hostileTextsAreTextEverywhere() throws Exception {
        start(BitbucketKind.DATA_CENTER);
        String hostile = "<img src=x>|@all[x](http://evil.example)`";
        server.refuse(
                99,
                "PUT .*/reports/",
                400,
                Map.of(),
                "{\"errors\":[{\"message\":\"<script>alert(1)</script>\",\"exceptionName\":\"a.b.C\"}]}");
        WorkflowRun build =
                build(Result.UNSTABLE, BitbucketServers.step() + BitbucketServers.gate("<b>g</b>|", hostile, "0.1"));
        BitbucketServers.awaitEnds(build, 3);
        String comment = server.comments().get(0).text;
        assertThat(comment).doesNotContain("<", "@all", "`", "](http://evil");
        assertThat(comment.lines().filter(line -> line.startsWith("| fail")))
                .singleElement()
                .satisfies(row ->
                        assertThat(row.chars().filter(c -> c == '|').count()).isEqualTo(9));
        HtmlPage page = jenkins.createWebClient().getPage(build);
        assertThat(page.getByXPath("//script[contains(text(), 'alert(1)')]")).isEmpty();
        assertThat(page.asNormalizedText()).contains("<script>alert(1)</script>");
    }

    @Test
    void whatIsSwitchedOffIsNotTold() throws Exception {
        start(BitbucketKind.DATA_CENTER);
        profile.setReportStatus(false);
        profile.setReportGates(false);
        BitbucketServers.awaitEnds(
                build(Result.SUCCESS, BitbucketServers.step() + BitbucketServers.gate("q", "mAP", "0.95")), 1);
        assertThat(server.comments()).hasSize(1);
        assertThat(server.history).isEmpty();
        assertThat(server.reports(COMMIT)).isEmpty();
    }

    @Test
    void aPipelineMayReportOnlyWhereAnAdministratorAllowsIt() throws Exception {
        start(BitbucketKind.DATA_CENTER);
        profile.setReportFromPipelines(false);
        WorkflowRun build = build(Result.FAILURE, BitbucketServers.step());
        jenkins.assertLogContains(
                "ERROR: A pipeline may not say itself what it reports to the Bitbucket server 'forge': an"
                        + " administrator allows that in the server's profile",
                build);
        assertThat(server.requests).isEmpty();
    }

    @Test
    void theOutboxHoldsNoSecretAndIsEmptyInTheEnd() throws Exception {
        start(BitbucketKind.DATA_CENTER);
        server.refuse(5, ".*", 503, Map.of());
        WorkflowRun build = build(Result.SUCCESS, BitbucketServers.step());
        Path home = jenkins.jenkins.getRootDir().toPath();
        try (Stream<Path> files = Files.list(home.resolve("mlops/bitbucket-outbox"))) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(file ->
                            assertThat(Files.readString(file)).contains(COMMIT).doesNotContain(BitbucketStandIn.TOKEN));
        }
        BitbucketServers.awaitEnds(build, 2);
        BitbucketServers.await("an empty outbox", () -> isEmpty(home.resolve("mlops/bitbucket-outbox")));
        assertThat(isEmpty(home.resolve("mlops/bitbucket-open"))).isTrue();
        assertThat(jenkins.getLog(build)).doesNotContain(BitbucketStandIn.TOKEN);
    }

    private static boolean isEmpty(Path directory) {
        String[] names = directory.toFile().list();
        return names == null || names.length == 0;
    }

    @Test
    void aServerThatIsGoneFromTheConfigurationIsSaidToBe() throws Exception {
        start(BitbucketKind.DATA_CENTER);
        server.refuse(99, ".*", 503, Map.of());
        WorkflowRun build = build(Result.SUCCESS, BitbucketServers.step());
        MlopsConfiguration.get().setBitbucketServers(List.of());
        BitbucketServers.awaitEnds(build, 2);
        assertThat(ReportLog.read(build))
                .allSatisfy(entry -> assertThat(entry.why()).startsWith("No Bitbucket server is configured"));
    }

    @Test
    void aBuildThatIsDeletedWhileItsReportsWaitStillReports() throws Exception {
        start(BitbucketKind.DATA_CENTER);
        server.refuse(3, ".*", 503, Map.of());
        WorkflowRun build = build(Result.SUCCESS, BitbucketServers.step());
        Path directory = build.getRootDir().toPath();
        build.delete();
        BitbucketServers.await("the comment", () -> server.comments().size() == 1);
        BitbucketServers.await("the status", () -> server.history.contains(COMMIT + " SUCCESSFUL"));
        assertThat(directory).doesNotExist();
    }

    @Test
    void theSourceOfAMergeGetsTheReportsToo() throws Exception {
        start(BitbucketKind.CLOUD);
        job.setDefinition(new CpsFlowDefinition("node {\n" + BitbucketServers.gate("q", "mAP", "0.95") + "}", true));
        WorkflowRun build = jenkins.buildAndAssertSuccess(job);
        BuildReports.begin(
                build,
                new ReportTarget(
                        BitbucketServers.SERVER,
                        BitbucketStandIn.PROJECT,
                        BitbucketStandIn.SLUG,
                        COMMIT,
                        SOURCE,
                        PULL,
                        "main"));
        BitbucketServers.awaitEnds(build, 4);
        assertThat(server.reports(SOURCE).values())
                .singleElement()
                .satisfies(report ->
                        assertThat(report.path("details").asText()).contains("Of the build of commit b2c3d4e5b2c3"));
        assertThat(server.history).containsExactly(COMMIT + " SUCCESSFUL");
    }

    @Test
    void theFormKeepsWhatItSays() throws Exception {
        start(BitbucketKind.DATA_CENTER);
        ReportToBitbucketStep step = new ReportToBitbucketStep("PRJ/model", COMMIT);
        step.setPullRequest(7);
        step.setBranch("main");
        step.setServer("forge");
        ReportToBitbucketStep saved = new StepConfigTester(jenkins).configRoundTrip(step);
        jenkins.assertEqualDataBoundBeans(step, saved);
        new SnippetizerTester(jenkins)
                .assertRoundTrip(
                        step,
                        "reportToBitbucket branch: 'main', commit: '" + COMMIT
                                + "', pullRequest: 7, repository: 'PRJ/model', server: 'forge'");
    }
}
