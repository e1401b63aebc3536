package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.mlops.core.registry.MetricPoint;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts.AliasUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.TrainingUse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.htmlunit.WebResponse;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlTable;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What a training logged to MLflow, on the page of its build. */
@WithJenkins
class RunPageTest {

    private static final String HOSTILE = "<img src=x onerror=alert(1)>";

    @Test
    void aBuildShowsWhatItsTrainingLogged(JenkinsRule jenkins) throws Exception {
        try (FakeMlflowServer mlflow = new FakeMlflowServer()) {
            mlflow.configure();
            mlflow.artifacts.put("plots/" + HOSTILE + ".png", RunGalleryTest.png(40));
            mlflow.artifacts.put("fake.png", "<script>alert(1)</script>".getBytes(StandardCharsets.UTF_8));
            mlflow.metrics.put("loss", List.of(new MetricPoint(1, 1, 0.9), new MetricPoint(123456, 2, 0.25)));
            WorkflowJob job = jenkins.createProject(WorkflowJob.class);
            job.setDefinition(new CpsFlowDefinition("node { withMLflow('e') { echo 'training' } }", false));
            WorkflowRun build = jenkins.assertBuildStatus(Result.SUCCESS, job.scheduleBuild2(0));
            jenkins.assertLogContains("Not kept with the build: fake.png is no PNG, JPEG, GIF or WebP picture", build);
            TrainingUse training = BuildLineage.of(build).facts().lastTraining().orElseThrow();
            assertThat(training.pictures()).hasSize(1);
            BuildLineage.of(build)
                    .update(facts -> facts.with(of(training))
                            .with(new AliasUse(
                                    "99",
                                    "promote",
                                    "fake",
                                    "a&b",
                                    "champion",
                                    3,
                                    2,
                                    training.runId(),
                                    null,
                                    "ann",
                                    "better",
                                    "2026-11-28T10:00:00Z",
                                    "bob",
                                    "2026-11-28T09:00:00Z",
                                    HOSTILE)));

            HtmlPage page = page(jenkins, build);

            assertThat(page.<HtmlElement>getByXPath("//*[@onerror]")).isEmpty();
            HtmlElement picture = page.getFirstByXPath("//figure//img");
            assertThat(picture.getAttribute("alt")).isEqualTo("Picture plots/" + HOSTILE + ".png of the training");
            WebResponse sent = jenkins.createWebClient()
                    .goTo(build.getUrl() + "mlops/" + picture.getAttribute("src"), "image/png")
                    .getWebResponse();
            assertThat(sent.getContentAsStream().readAllBytes()).isEqualTo(RunGalleryTest.png(40));
            HtmlTable history = page.getFirstByXPath("//table[@aria-labelledby='mlops-training-0-history-chart-0']");
            assertThat(history.getRow(0).asNormalizedText()).contains("step", "loss");
            assertThat(history.getRow(2).asNormalizedText()).contains("123456", "0.25");
            assertThat(page.getElementById("mlops-training-0-history-chart-0").getTextContent())
                    .isEqualTo("loss by step");
            HtmlTable promotions = page.getFirstByXPath("//table[@aria-labelledby='mlops-aliases']");
            assertThat(promotions.getRow(0).asNormalizedText()).contains("Approved by");
            assertThat(promotions.getRow(1).asNormalizedText()).contains("bob", "9:00:00", HOSTILE);
            String version = jenkins.contextPath + "/mlops-models/model/version?server=fake&name=a%26b&version=";
            assertThat(page.getAnchorByHref(version + 3).getTextContent()).isEqualTo("a&b 3");
            assertThat(promotions.<HtmlElement>getByXPath(".//a[.='2']"))
                    .extracting(link -> link.getAttribute("href"))
                    .containsExactly(version + 2);
            assertThat(page.getAnchorByHref(jenkins.contextPath
                                    + "/mlops-models/model/version?server=fake&name=digits&version=7")
                            .getTextContent())
                    .isEqualTo("models:/digits/7");

            mlflow.gone = ".png";
            WorkflowRun without = jenkins.assertBuildStatus(Result.SUCCESS, job.scheduleBuild2(0));
            jenkins.assertLogContains("are not kept with the build: Reading ", without);
            assertThat(page(jenkins, without).<HtmlElement>getByXPath("//figure//img"))
                    .isEmpty();
        }
    }

    /** The same with a parent. */
    private static TrainingUse of(TrainingUse use) {
        return new TrainingUse(
                use.id(),
                use.tag(),
                use.server(),
                use.experiment(),
                use.runId(),
                use.runUrl(),
                use.status(),
                use.commit(),
                use.repository(),
                use.modelDigest(),
                "models:/digits/7",
                use.evaluation(),
                use.record(),
                use.gaps(),
                use.at(),
                use.image(),
                use.metrics(),
                use.pictures(),
                use.history());
    }

    private static HtmlPage page(JenkinsRule jenkins, WorkflowRun build) throws Exception {
        JenkinsRule.WebClient browser = jenkins.createWebClient();
        browser.getOptions().setJavaScriptEnabled(false); // what draws is for browsers that HtmlUnit is not
        return browser.getPage(build, "mlops/");
    }
}
