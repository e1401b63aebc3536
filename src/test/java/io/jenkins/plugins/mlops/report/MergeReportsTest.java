package io.jenkins.plugins.mlops.report;

import static io.jenkins.plugins.mlops.report.BitbucketServers.COMMIT;
import static io.jenkins.plugins.mlops.report.BitbucketServers.PULL;
import static io.jenkins.plugins.mlops.report.BitbucketServers.SERVER;
import static io.jenkins.plugins.mlops.report.BitbucketServers.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketStandIn;
import io.jenkins.plugins.mlops.core.bitbucket.RepositoryId;
import io.jenkins.plugins.mlops.event.MergeAction;
import io.jenkins.plugins.mlops.event.TestMerges;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class MergeReportsTest {

    private static MergeAction merge(boolean report) {
        return TestMerges.action(
                SERVER,
                new RepositoryId(BitbucketStandIn.PROJECT, BitbucketStandIn.SLUG),
                PULL,
                SOURCE,
                COMMIT,
                report);
    }

    @Test
    void aBuildOfAMergeIsReportedWithoutAWordInItsPipeline(JenkinsRule jenkins) throws Exception {
        try (BitbucketStandIn server = new BitbucketStandIn(BitbucketKind.DATA_CENTER)) {
            BitbucketServers.fill(server);
            BitbucketServers.configure(server.address().toString(), false).setReportFromPipelines(false);
            WorkflowJob job = jenkins.createProject(WorkflowJob.class);
            job.setDefinition(
                    new CpsFlowDefinition("node {\n" + BitbucketServers.gate("q", "mAP", "0.95") + "}", true));

            MergeAction merge = merge(true);
            WorkflowRun build = jenkins.assertBuildStatusSuccess(job.scheduleBuild2(0, merge));
            BitbucketServers.awaitEnds(build, 4);
            assertThat(server.history).last().isEqualTo(COMMIT + " SUCCESSFUL");
            assertThat(server.statuses(COMMIT))
                    .singleElement()
                    .satisfies(status -> assertThat(status.path("ref").asText()).isEqualTo("refs/heads/main"));
            assertThat(server.reports(COMMIT)).hasSize(1);
            assertThat(server.reports(SOURCE)).hasSize(1);
            assertThat(server.comments()).hasSize(1);

            MergeReports.begin(build, merge);
            BitbucketServers.awaitEnds(build, 4);
            assertThat(server.comments()).hasSize(1);
        }
    }

    @Test
    void aTriggerCanHaveItsBuildsNotReported(JenkinsRule jenkins) throws Exception {
        try (BitbucketStandIn server = new BitbucketStandIn(BitbucketKind.DATA_CENTER)) {
            BitbucketServers.fill(server);
            BitbucketServers.configure(server.address().toString(), false);
            WorkflowJob job = jenkins.createProject(WorkflowJob.class);
            job.setDefinition(
                    new CpsFlowDefinition("node {\n" + BitbucketServers.gate("q", "mAP", "0.95") + "}", true));
            WorkflowRun silent = jenkins.assertBuildStatusSuccess(job.scheduleBuild2(0, merge(false)));
            assertThat(ReportLog.has(silent)).isFalse();
            assertThat(server.requests).isEmpty();

            job.setDefinition(new CpsFlowDefinition(BitbucketServers.step(), true));
            WorkflowRun asked = jenkins.assertBuildStatusSuccess(job.scheduleBuild2(0, merge(false)));
            BitbucketServers.awaitEnds(asked, 2);
            assertThat(server.history).as("what the pipeline itself says holds").isNotEmpty();
        }
    }
}
