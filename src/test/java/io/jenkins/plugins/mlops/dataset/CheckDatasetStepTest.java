package io.jenkins.plugins.mlops.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.FilePath;
import hudson.model.Label;
import hudson.model.Result;
import hudson.slaves.DumbSlave;
import hudson.slaves.OfflineCause;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class CheckDatasetStepTest {

    /** A file name may be this, too. */
    private static final String MARKUP = "<img src=x onerror=alert(1)>\u202e&amp;.png";

    private static JenkinsRule jenkins;
    private static DumbSlave agent;

    private FilePath workspace;
    private WorkflowJob job;

    @BeforeAll
    static void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        agent = rule.createOnlineSlave(Label.get("agent"));
    }

    @BeforeEach
    void files() throws Exception {
        job = jenkins.createProject(WorkflowJob.class);
        workspace = agent.getWorkspaceFor(job);
        for (int i = 0; i < 4; i++) {
            image("train/" + (i % 2 == 0 ? "cat" : "dog") + "/" + i + ".png", i);
        }
        image("test/cat/9.png", 9);
    }

    private void image(String name, int seed) throws Exception {
        BufferedImage image = new BufferedImage(16, 12, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int x = 0; x < 16; x++) {
            for (int y = 0; y < 12; y++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        try (OutputStream out = workspace.child(name).write()) {
            png.writeTo(out);
        }
    }

    private void write(String name, String text) throws Exception {
        workspace.child(name).write(text, "UTF-8");
    }

    private WorkflowRun build(Result wanted, String script) throws Exception {
        job.setDefinition(new CpsFlowDefinition("node('agent') {\n" + script + "\n}", true));
        return jenkins.buildAndAssertStatus(wanted, job);
    }

    @Test
    void aSetThatIsWhatItShouldBePasses() throws Exception {
        write("check.yaml", "images: {formats: [png], width: {min: 16}}\nclasses: {names: [cat, dog], minImages: 2}\n");
        WorkflowRun build = build(Result.SUCCESS, """
                def found = checkDataset path: 'train', against: 'test', schema: 'check.yaml', report: 'out/dataset-check.json'
                echo "${found.passed} ${found.findings} ${found.counts.duplicates} ${found.classes.dog} ${found.images} ${found.broken}"
                echo readFile('out/dataset-check.json').contains('mlops-check-report/1') ? 'written' : 'not written'
                """);
        jenkins.assertLogContains("Checking train against test (agent " + agent.getNodeName() + ")", build);
        jenkins.assertLogContains("pass: train, 4 files", build);
        jenkins.assertLogContains("true 0 0 2 4 []", build);
        jenkins.assertLogContains("\nwritten", build);

        RunFacts.CheckUse use = BuildLineage.of(build).facts().checks().get(0);
        assertThat(use.verdict()).isEqualTo("pass");
        assertThat(use.classes())
                .containsExactly(new RunFacts.ClassUse("cat", 2, 2), new RunFacts.ClassUse("dog", 2, 2));
        Path report = BuildLineage.of(build).directory().resolve(use.report());
        assertThat(Digest.of(report).toString()).isEqualTo(use.digest());
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            assertThat(client.goTo(build.getUrl() + "mlops/").asNormalizedText())
                    .contains("Check of train: pass", "images that cannot be decoded", "dog");
            assertThat(client.goTo(
                                    build.getUrl() + "mlops/check/" + use.id() + "/dataset-check.json",
                                    "application/json")
                            .getWebResponse()
                            .getContentAsString())
                    .isEqualTo(Files.readString(report));
            assertThat(client.getPage(build).asNormalizedText()).contains("Check of train:");
        }
    }

    @Test
    void whatIsBrokenFailsTheStepWithOneSentenceAndNamesStayText() throws Exception {
        write("train/dog/" + MARKUP, "no image");
        workspace.child("train/cat/0.png").copyTo(workspace.child("test/cat/copy.png"));
        WorkflowRun build = build(Result.FAILURE, """
                def found = checkDataset path: 'train', against: 'test', group: '^([^/]+)/', onFailure: 'continue'
                echo "${found.passed} ${found.counts.unreadable} ${found.counts.leakedContent} ${found.broken}"
                checkDataset path: 'train', against: 'test', report: 'report.txt'
                """);
        jenkins.assertLogContains("The pipeline goes on, as onFailure says", build);
        jenkins.assertLogContains("false 1 1 [unreadable, leakedContent, leakedGroups]", build);
        jenkins.assertLogContains(
                "ERROR: The check of train against test failed (2 rules are broken): 1 images that cannot be decoded, where none"
                        + " is allowed, such as dog/<img src=x onerror=alert(1)>\ufffd&amp;.png; 1 files whose bytes are in the other"
                        + " set too, where none is allowed, such as cat/copy.png",
                build);
        jenkins.assertLogNotContains("\tat ", build);
        jenkins.assertLogNotContains("\u202e", build);
        assertThat(workspace.child("report.txt").readToString()).startsWith("fail: train");
        for (String page : List.of("console", "mlops", "", "mlops/api/json")) {
            try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
                String text = client.goTo(
                                build.getUrl() + page, page.endsWith("json") ? "application/json" : "text/html")
                        .getWebResponse()
                        .getContentAsString();
                if (!page.endsWith("json")) {
                    assertThat(text).as(page).doesNotContain("<img src=x");
                }
                assertThat(text).as(page).doesNotContain("\u202e");
            }
        }
        HtmlPage page = jenkins.createWebClient().getPage(build, "mlops");
        assertThat(page.asNormalizedText()).contains("dog/<img src=x onerror=alert(1)>\ufffd&amp;.png");

        WorkflowRun unstable =
                build(Result.UNSTABLE, "echo \"after ${checkDataset(path: 'train', onFailure: 'unstable').passed}\"");
        jenkins.assertLogContains("after false", unstable);
    }

    @Test
    void aCheckIsDoneAgainWhenItsAgentIsBack() throws Exception {
        Path slow = LargeFile.in(Path.of(workspace.child("train").getRemote()));
        job.setDefinition(
                new CpsFlowDefinition("node('agent') { echo \"${checkDataset(path: 'train').files} files\" }", true));
        WorkflowRun build = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Checking train (agent", build);
        agent.toComputer().disconnect(new OfflineCause.ByCLI("a test")).get();
        jenkins.waitForMessage("The agent " + agent.getNodeName() + " was lost: waiting up to 15 min for it", build);
        Files.delete(slow);
        agent.toComputer().connect(true).get();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        jenkins.assertLogContains("is back after", build);
        jenkins.assertLogContains("4 files", build);
        assertThat(BuildLineage.of(build).facts().checks()).hasSize(1);
    }

    @Test
    void aHostileSchemaHasNoEffectButASentence() throws Exception {
        image("train/dog/" + "a".repeat(60) + ".png", 5);
        write("unknown.yaml", "imagez: {}\n");
        write("costly.yaml", "images: {path: '(.*a){20}b\\1'}\n");
        write("deep.yaml", "groupBy: '" + "(".repeat(20_000) + "a" + ")".repeat(20_000) + "'\n");
        write(
                "bomb.yaml",
                "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nclasses: {names: [*b,*b,*b]}\n");
        write("tag.yaml", "images: !!javax.script.ScriptEngineManager [x]\n");
        write("large.yaml", "#".repeat(2 << 20));
        write("train.json", "{}");
        WorkflowRun build = build(Result.SUCCESS, """
                def say = { what -> try { what() } catch (e) { echo "said: ${e.message}" } }
                sh 'mkfifo pipe.yaml'
                for (name in ['unknown', 'costly', 'deep', 'bomb', 'tag', 'large', 'pipe', 'none']) {
                    say { checkDataset path: 'train', schema: "${name}.yaml" }
                }
                say { checkDataset path: 'train', schema: 'train' }
                say { checkDataset path: 'none' }
                say { checkDataset path: 'train.json' }
                say { checkDataset path: 's3://data/digits' }
                say { checkDataset path: 'train', group: 'none' }
                say { checkDataset path: 'train', report: 'train/report.json' }
                say { checkDataset path: 'train', onFailure: 'explode' }
                say { checkDataset path: 'train', jobs: 0 }
                say { checkDataset path: ' ' }
                """);
        for (String said : List.of(
                "unknown.yaml, line 1, column 1",
                "The regular expression '(.*a){20}b\\1' costs too much on 'dog/aaaa",
                "bomb.yaml, line",
                "tag.yaml, line",
                "The schema large.yaml has more than 1048576 bytes",
                "The schema pipe.yaml is no file",
                "The schema none.yaml does not exist",
                "The schema train is no file",
                "There is neither a manifest nor a directory none",
                "train.json",
                "checkDataset looks at what is in the workspace, and s3://data/digits is not",
                "checkDataset: 'none' names no group",
                "The report train/report.json would become a part of train",
                "checkDataset's onFailure is one of fail, unstable, continue, not 'explode'",
                "checkDataset: 'jobs' is 1 to 256, not 0",
                "checkDataset wants 'path'")) {
            jenkins.assertLogContains("said: " + said, build);
        }
        jenkins.assertLogNotContains("\tat ", build);
        assertThat(JenkinsRule.getLog(build).lines().filter(line -> line.startsWith("said: ")))
                .hasSize(17);
    }

    @Test
    void theFormAndTheSnippetGeneratorKeepEveryField() throws Exception {
        CheckDatasetStep step = new CheckDatasetStep("data");
        SnippetizerTester tester = new SnippetizerTester(jenkins);
        tester.assertRoundTrip(step, "checkDataset 'data'");
        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
        step.setAgainst("test");
        step.setGroup("group");
        step.setSchema("check.yaml");
        step.setNear(0);
        step.setReport("report.json");
        step.setJobs(2);
        step.setOnFailure("unstable");
        tester.assertRoundTrip(
                step,
                "checkDataset against: 'test', group: 'group', jobs: 2, near: 0, onFailure: 'unstable', path: 'data',"
                        + " report: 'report.json', schema: 'check.yaml'");
        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
        SnippetizerTester.assertDocGeneration(CheckDatasetStep.class);
        for (String field : List.of("path", "against", "group", "schema", "near", "report", "jobs", "onFailure")) {
            assertThat(CheckDatasetStep.class.getResource("CheckDatasetStep/help-" + field + ".html"))
                    .as(field)
                    .isNotNull();
        }
    }
}
