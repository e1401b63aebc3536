package io.jenkins.plugins.mlops.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.ControllerLog;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** The packaged plugin in a controller of its own. */
class BuildLineageIT {

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension();

    @Test
    void factsPageAndApiOutliveAKilledController() throws Throwable {
        PackagedPlugin.install(jenkins);
        ControllerLog log = ControllerLog.of(jenkins);
        jenkins.startJenkins();
        jenkins.runRemotely(BuildLineageIT::recordWhileItRuns);
        jenkins.stopJenkinsForcibly();

        jenkins.then(BuildLineageIT::goOn, BuildLineageIT::look);
        jenkins.then(BuildLineageIT::look, BuildLineageIT::delete);

        log.assertNothingRefused();
    }

    private static void recordWhileItRuns(JenkinsRule controller) throws Throwable {
        WorkflowJob job = controller.createProject(WorkflowJob.class, "p");
        job.setDefinition(new CpsFlowDefinition("echo 'working'; sleep 5; echo 'done'", true));
        WorkflowRun build = job.scheduleBuild2(0).waitForStart();
        controller.waitForMessage("working", build);
        BuildLineage.of(build).update(facts -> facts.with(SampleFacts.pulled("4")));
        ControllerLineage.store()
                .append(GateVerdict.of("pass", Digest.of("report"), null, null, null, null, Instant.EPOCH)
                        .statement(Digest.parse(SampleFacts.MODEL)));
    }

    private static void goOn(JenkinsRule controller) throws Throwable {
        WorkflowRun build = build(controller);
        BuildLineage.of(build).update(SampleFacts::all);
        controller.assertBuildStatusSuccess(controller.waitForCompletion(build));
    }

    private static void look(JenkinsRule controller) throws Throwable {
        WorkflowRun build = build(controller);
        assertThat(build.getActions(MlopsBuildAction.class)).hasSize(1);
        assertThat(BuildLineage.of(build).facts()).isEqualTo(SampleFacts.all(RunFacts.NONE));

        String xml = Files.readString(build.getRootDir().toPath().resolve("build.xml"));
        assertThat(xml)
                .containsPattern(
                        "<io\\.jenkins\\.plugins\\.mlops\\.lineage\\.MlopsBuildAction plugin=\"mlops-pipeline@[^\"]+\"/>");
        assertThat(xml.split("io\\.jenkins\\.plugins\\.mlops"))
                .as("names of our classes in build.xml")
                .hasSize(2);

        JenkinsRule.WebClient browser = controller.createWebClient();
        HtmlPage page = browser.getPage(build, "mlops/");
        assertThat(page.asNormalizedText()).contains("digits-train", "Gate quality: fail", "alice");
        assertThat(browser.getPage(build).asNormalizedText()).contains("Gate quality");
        assertThat(browser.goTo(build.getUrl() + "mlops/api/json", "application/json")
                        .getWebResponse()
                        .getContentAsString())
                .contains(SampleFacts.CONTENT);
    }

    private static void delete(JenkinsRule controller) throws Throwable {
        WorkflowRun build = build(controller);
        Path directory = BuildLineage.of(build).directory();
        assertThat(directory).exists();

        build.delete();

        assertThat(directory.getParent()).doesNotExist();
        assertThat(ControllerLineage.store()
                        .dossier(Digest.parse(SampleFacts.MODEL))
                        .records())
                .as("evidence outlives the build")
                .hasSize(1);
    }

    private static WorkflowRun build(JenkinsRule controller) {
        return controller.jenkins.getItemByFullName("p", WorkflowJob.class).getBuildByNumber(1);
    }
}
