package io.jenkins.plugins.mlops.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.FreeStyleProject;
import io.jenkins.plugins.mlops.ManyBuilds;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.JenkinsRule.WebClient;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class MlopsJobActionTest {

    private static final int BUILDS = 120;

    @Test
    void theTrendOfAJob(JenkinsRule r) throws Exception {
        WorkflowJob job = ManyBuilds.job(r, "digits", BUILDS);
        FreeStyleProject other = r.createFreeStyleProject("other");
        other.scheduleBuild2(0).get();
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, hudson.model.Item.READ)
                .everywhere()
                .to("viewer", "reader")
                .grant(MlopsPermissions.VIEW_LINEAGE)
                .everywhere()
                .to("viewer"));
        Path builds = job.getBuildDir().toPath();
        Files.writeString(builds.resolve("119/mlops/facts.json"), "{ damaged");
        Files.delete(builds.resolve("118/mlops/facts.json"));

        JobTrend trend = JobTrend.of(job, 50, List.of());
        assertThat(trend.getPoints())
                .extracting(TrendPoint::getNumber)
                .isSorted()
                .hasSize(50)
                .endsWith(117, 120);
        assertThat(trend.getNames()).contains("accuracy").anyMatch(name -> name.contains(", "));
        assertThat(trend.getPoints().get(49).getValues()).containsEntry("accuracy", ManyBuilds.accuracy(120));
        assertThat(trend.getPoints().get(49).getLimits()).containsEntry("accuracy", 0.9);
        assertThat(JobTrend.of(job, 100_000, List.of("accuracy", "no such", "accuracy"))
                        .getChosen())
                .containsExactly("accuracy");
        JSONObject chart =
                JSONObject.fromObject(JobTrend.of(job, 2, List.of("accuracy")).getChart());
        assertThat(chart.getJSONArray("x").toString()).isEqualTo("[\"#117\",\"#120\"]");
        assertThat(chart.getJSONArray("series").getJSONObject(1).getBoolean("dashed"))
                .isTrue();

        WebClient viewer = r.createWebClient().login("viewer");
        viewer.getOptions().setJavaScriptEnabled(false);
        HtmlPage page = viewer.goTo("job/digits/mlops/?builds=7&metric=accuracy&metric=%3Cscript%3E");
        assertThat(page.querySelectorAll("#mlops-numbers ~ div tbody tr")).hasSize(7);
        assertThat(page.asXml()).doesNotContain("<script>").contains("data-chart");
        assertThat(viewer.goTo("job/digits/").querySelectorAll(".mlops-trend .mlops-chart"))
                .hasSize(1);
        assertThat(viewer.goTo("job/other/").querySelectorAll(".mlops-trend")).isEmpty();
        assertThat(viewer.goTo("job/digits/mlops/api/json", "application/json")
                        .getWebResponse()
                        .getContentAsString())
                .contains("\"accuracy\":" + ManyBuilds.accuracy(120));

        WebClient reader = r.createWebClient().login("reader");
        reader.getOptions().setJavaScriptEnabled(false);
        assertThat(reader.goTo("job/digits/").asXml()).doesNotContain("mlops");
        reader.assertFails("job/digits/mlops/", 403);
        reader.assertFails("job/digits/mlops/api/json", 403);

        int loaded = job.getLazyBuildMixIn()._getRuns().getLoadedBuilds().size();
        assertThat(loaded).as("builds that were loaded").isLessThan(BUILDS / 2);
    }
}
