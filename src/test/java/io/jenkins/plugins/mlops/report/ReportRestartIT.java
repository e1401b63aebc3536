package io.jenkins.plugins.mlops.report;

import static io.jenkins.plugins.mlops.report.BitbucketServers.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.ControllerLog;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketStandIn;
import java.util.Map;
import jenkins.model.JenkinsLocationConfiguration;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** The packaged plugin in a controller that is killed while Bitbucket is away, while a comment is written, and while a build runs. */
class ReportRestartIT {

    private static final int TIMEOUT_SECONDS = 1800;

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension().withTimeout(TIMEOUT_SECONDS);

    @Test
    void whatAKilledControllerHadToReportArrivesOnce() throws Throwable {
        PackagedPlugin.install(jenkins);
        ControllerLog log = ControllerLog.of(jenkins);
        try (BitbucketStandIn server = new BitbucketStandIn(BitbucketKind.DATA_CENTER)) {
            BitbucketServers.fill(server);
            server.refuse(1000, ".*", 503, Map.of());
            jenkins.startJenkins();
            jenkins.runRemotely(ReportRestartIT::configure, server.address().toString());
            jenkins.runRemotely(ReportRestartIT::buildWithGate);
            jenkins.stopJenkinsForcibly();
            assertThat(server.history).isEmpty();

            server.heal();
            server.loseAnswer(1, "POST .*/comments");
            jenkins.startJenkins();
            BitbucketServers.await("the comment", () -> !server.comments().isEmpty());
            jenkins.stopJenkinsForcibly();

            jenkins.startJenkins();
            jenkins.runRemotely(ReportRestartIT::awaitAllSent, "ended");
            assertThat(server.comments()).hasSize(1);
            assertThat(server.statuses(COMMIT)).hasSize(1);
            assertThat(server.history).last().isEqualTo(COMMIT + " SUCCESSFUL");
            assertThat(server.reports(COMMIT)).hasSize(1);

            jenkins.runRemotely(ReportRestartIT::beginLong);
            BitbucketServers.await(
                    "the begin",
                    () -> server.history.get(server.history.size() - 1).endsWith("INPROGRESS"));
            jenkins.stopJenkinsForcibly();
            jenkins.startJenkins();
            BitbucketServers.await(
                    "the end",
                    () -> !server.history.get(server.history.size() - 1).endsWith("INPROGRESS"));
            jenkins.runRemotely(ReportRestartIT::awaitAllSent, "long");
            assertThat(server.comments()).hasSize(2);
            jenkins.stopJenkins();
        }
        log.assertNothingRefused();
    }

    private static void configure(JenkinsRule controller, String address) throws Throwable {
        JenkinsLocationConfiguration.get().setUrl(controller.getURL().toString());
        BitbucketServers.configure(address, false);
    }

    private static WorkflowJob job(JenkinsRule controller, String name, String script) throws Throwable {
        WorkflowJob job = controller.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    private static void buildWithGate(JenkinsRule controller) throws Throwable {
        controller.buildAndAssertSuccess(job(
                controller,
                "ended",
                "node {\n" + BitbucketServers.step() + BitbucketServers.gate("quality", "mAP", "0.95") + "}"));
    }

    private static void beginLong(JenkinsRule controller) throws Throwable {
        job(controller, "long", BitbucketServers.step() + "sleep 5")
                .scheduleBuild2(0)
                .waitForStart();
    }

    private static void awaitAllSent(JenkinsRule controller, String name) throws Throwable {
        WorkflowRun build =
                controller.jenkins.getItemByFullName(name, WorkflowJob.class).getBuildByNumber(1);
        controller.waitForCompletion(build);
        BitbucketServers.await("all to be sent", () -> {
            // Of the plugin's class loader, which is not the test's: nothing that is not public can be asked.
            ReportsAction reports = build.getAction(ReportsAction.class);
            return reports != null
                    && reports.getBitbucketReports().stream()
                            .allMatch(report -> report.getState().equals("sent"));
        });
    }
}
