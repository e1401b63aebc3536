package io.jenkins.plugins.mlops.gate;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.FilePath;
import hudson.model.Label;
import hudson.model.Result;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.gate.InputFile;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.jenkinsci.plugins.workflow.test.steps.SemaphoreStep;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class EvaluationGateStepTest {

    private static final Digest MODEL = Digest.of("a model");
    private static final String RULES = """
            rules:
              - metric: accuracy
                direction: higher
                threshold: 0.9
              - metric: loss
                direction: lower
                threshold: 0.5
                optional: true
            """;

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
        write("rules.yaml", RULES);
        write("metrics.json", "{\"accuracy\": 0.95}");
        write("bad.json", "{\"accuracy\": 0.4}");
    }

    private void write(String name, String text) throws Exception {
        workspace.child(name).write(text, "UTF-8");
    }

    private static String evaluation(Digest model, String metrics) {
        return "{\"schema\": \"mlops-evaluation/1\", \"model\": \"" + model + "\", \"metrics\": " + metrics + "}";
    }

    private WorkflowRun build(Result wanted, String script) throws Exception {
        job.setDefinition(new CpsFlowDefinition("node('agent') {\n" + script + "\n}", true));
        return jenkins.buildAndAssertStatus(wanted, job);
    }

    @Test
    void aPassIsReportedRecordedAndReturned() throws Exception {
        write("evaluation.json", evaluation(MODEL, "{\"accuracy\": 0.95, \"loss\": 0.1}"));
        WorkflowRun build = build(Result.SUCCESS, """
                def gate = evaluationGate rules: 'rules.yaml', metrics: 'evaluation.json', name: 'quality', reportDir: 'out/reports'
                echo "${gate} ${gate.passed} ${gate.verdict} ${gate.digest} ${gate.rules[0].metric} ${gate.rules[0].value}"
                echo readFile('out/reports/gate.json').contains('mlops-gate/1') ? 'copied' : 'not copied'
                echo fileExists('out/reports/gate.xml') && fileExists('out/reports/gate.html') && fileExists('out/reports/gate.md') ? 'all' : 'some'
                """);
        jenkins.assertLogContains("gate quality: pass (All 2 rules hold) true pass sha256:", build);
        jenkins.assertLogContains("accuracy 0.95", build);
        jenkins.assertLogContains("copied", build);
        jenkins.assertLogContains("all", build);
        jenkins.assertLogContains("Judging evaluation.json by rules.yaml (agent " + agent.getNodeName() + ")", build);
        jenkins.assertLogContains("gate: pass (all 2 rules hold)", build);

        RunFacts.GateUse use = BuildLineage.of(build).facts().gates().get(0);
        assertThat(use.name()).isEqualTo("quality");
        assertThat(use.modelDigest()).isEqualTo(MODEL.toString());
        assertThat(use.rules()).hasSize(2).first().satisfies(rule -> {
            assertThat(rule.limit()).isEqualTo(">= 0.9");
            assertThat(rule.slice()).isNull();
        });
        Path report = BuildLineage.of(build).directory().resolve(use.report()).resolve("gate.json");
        assertThat(Digest.of(report).toString()).isEqualTo(use.digest());
        assertThat(GateArchive.evidence(Digest.parse(use.digest())).passed()).isTrue();
        assertThat(ControllerLineage.store().dossier(MODEL).records())
                .anySatisfy(record -> assertThat(record.predicate())
                        .isInstanceOfSatisfying(GateVerdict.class, verdict -> {
                            assertThat(verdict.verdict()).isEqualTo("pass");
                            assertThat(verdict.time()).isEqualTo(use.at());
                        }));
    }

    @Test
    void aFailureNamesTheRulesThatDoNotHoldAndStillCopiesTheReports() throws Exception {
        WorkflowRun build = build(Result.FAILURE, """
                try {
                    evaluationGate rules: 'rules.yaml', metrics: 'bad.json', reportDir: 'reports'
                } finally {
                    echo fileExists('reports/gate.xml') ? 'copied' : 'not copied'
                }
                """);
        jenkins.assertLogContains(
                "ERROR: The gate failed (1 of 2 rules failed): accuracy is 0.4, 0.5 below the threshold 0.9", build);
        jenkins.assertLogContains("\ncopied", build);
        jenkins.assertLogNotContains("\tat ", build);
        assertThat(BuildLineage.of(build).facts().gates())
                .extracting(RunFacts.GateUse::verdict)
                .containsExactly("fail");
    }

    @Test
    void rulesWithConfidenceReadThePerSampleResultsBesideTheMetrics() throws Exception {
        write("sure.yaml", """
                rules:
                  - metric: accuracy
                    direction: higher
                    baseline: file:champion/metrics.json
                    max_drop: 0.05
                    confidence: 0.95
                """);
        String samples = IntStream.range(0, 400)
                .mapToObj(i ->
                        "{\"sample\": \"" + i + "\", \"metrics\": {\"accuracy\": " + (i % 10 == 0 ? 0 : 1) + "}}\n")
                .collect(Collectors.joining());
        write("candidate/metrics.json", "{\"accuracy\": 0.9, \"samples_file\": \"samples.jsonl\"}");
        write("candidate/samples.jsonl", samples);
        write("champion/metrics.json", "{\"accuracy\": 0.9, \"samples_file\": \"samples.jsonl\"}");
        write("champion/samples.jsonl", samples);
        WorkflowRun build = build(
                Result.SUCCESS,
                "echo evaluationGate(rules: 'sure.yaml', metrics: 'candidate/metrics.json').toString()");
        jenkins.assertLogContains("gate: pass", build);

        workspace.child("candidate/samples.jsonl").delete();
        WorkflowRun without =
                build(Result.FAILURE, "evaluationGate rules: 'sure.yaml', metrics: 'candidate/metrics.json'");
        jenkins.assertLogContains("samples.jsonl of candidate/metrics.json do not exist", without);
        jenkins.assertLogNotContains("\tat ", without);
    }

    @Test
    void unstableMarksTheStageAndTheBuild() throws Exception {
        WorkflowRun build = build(Result.UNSTABLE, """
                def gate = evaluationGate rules: 'rules.yaml', metrics: 'bad.json', onFailure: 'unstable'
                echo "after ${gate.passed}"
                """);
        jenkins.assertLogContains("after false", build);
        assertThat(new DepthFirstScanner()
                        .findFirstMatch(build.getExecution(), node -> node.getAction(WarningAction.class) != null)
                        .getAction(WarningAction.class)
                        .getMessage())
                .contains("accuracy is 0.4");
    }

    @Test
    void continueGoesOnAndWhatIsInconclusiveDoesNotPass() throws Exception {
        write("few.yaml", "rules: [{metric: accuracy, direction: higher, threshold: 0.9, min_samples: 100}]");
        write("few.json", "{\"accuracy\": 0.95, \"samples\": 3}");
        WorkflowRun build = build(Result.FAILURE, """
                def gate = evaluationGate rules: 'few.yaml', metrics: 'few.json', onFailure: 'continue'
                echo "${gate.verdict} ${gate.passed}"
                evaluationGate rules: 'few.yaml', metrics: 'few.json'
                """);
        jenkins.assertLogContains("inconclusive false", build);
        jenkins.assertLogContains("The gate is inconclusive (1 of 1 rules inconclusive): ", build);
    }

    @Test
    void wrongFilesAreNamedAsThePipelineNamesThem() throws Exception {
        write("dir/broken.yaml", "rules:\n  - metrik: x\n");
        write("beside.yaml", "rules: [{metric: accuracy, direction: higher, baseline: 'file:champion.json'}]");
        workspace.child("dir/beside.yaml").copyFrom(workspace.child("beside.yaml"));
        write("dir/champion.json", "{\"accuracy\": 0.9}");
        workspace.child("latin.json").write("{\"accuracy\": 0.9, \"\u00e9\": 1}", "ISO-8859-1");
        try (var out = workspace.child("huge.json").write()) {
            byte[] blanks = new byte[1 << 20];
            Arrays.fill(blanks, (byte) ' ');
            for (long i = 0; i <= InputFile.MAX_BYTES >> 20; i++) {
                out.write(blanks);
            }
        }
        WorkflowRun build = build(Result.SUCCESS, """
                def say = { what -> try { what() } catch (e) { echo "said: ${e.message}" } }
                say { evaluationGate rules: 'none.yaml', metrics: 'metrics.json' }
                say { evaluationGate rules: 'dir', metrics: 'metrics.json' }
                say { evaluationGate rules: 'dir/broken.yaml', metrics: 'metrics.json' }
                say { evaluationGate rules: 'rules.yaml', metrics: 'huge.json' }
                say { evaluationGate rules: 'rules.yaml', metrics: 'latin.json' }
                say { evaluationGate rules: 'rules.yaml', metrics: 'rules.yaml' }
                say { evaluationGate rules: 'beside.yaml', metrics: 'metrics.json' }
                say { evaluationGate rules: 'rules.yaml' }
                say { evaluationGate rules: 'rules.yaml', metrics: 'metrics.json', onFailure: 'explode' }
                say { evaluationGate rules: ' ' }
                dir('dir') { echo "up: ${evaluationGate(rules: 'beside.yaml', metrics: '../metrics.json').passed}" }
                """);
        for (String said : List.of(
                "The file none.yaml does not exist",
                "The file dir is a directory or a device",
                "dir/broken.yaml, line 2, column 5 (rules[0]): unknown key",
                "The file huge.json has " + (InputFile.MAX_BYTES + (1 << 20)) + " bytes, and at most",
                "The file latin.json is no UTF-8 text",
                "rules.yaml, line 1, column ",
                "The file champion.json does not exist",
                "evaluationGate has nothing to judge: name a metrics file",
                "evaluationGate's onFailure is one of fail, unstable, continue, not 'explode'",
                "evaluationGate wants rules")) {
            jenkins.assertLogContains("said: " + said, build);
        }
        jenkins.assertLogContains("up: true", build);
        jenkins.assertLogNotContains(System.getProperty("java.io.tmpdir") + "/mlops", build);
    }

    @Test
    void namesInMetricsAndRulesStayText() throws Exception {
        String name = "<script>alert(1)</script>\\u001b[31m\\u202e";
        write("hostile.yaml", "rules: [{metric: \"" + name + "\", direction: higher, threshold: 0.9}]");
        write(
                "hostile.json",
                "{\"" + name + "\": 0.1, \"slices\": {\"<img src=x onerror=alert(2)>\": {\"" + name + "\": 0.1}}}");
        WorkflowRun build = build(
                Result.FAILURE, "evaluationGate rules: 'hostile.yaml', metrics: 'hostile.json', name: '<b>bold</b>'");
        String log = JenkinsRule.getLog(build);
        assertThat(log).contains("<script>alert(1)</script>\ufffd[31m\ufffd").doesNotContain("\u001b[31m");
        for (String page : List.of("console", "mlops", "")) {
            HtmlPage html = jenkins.createWebClient().getPage(build, page);
            assertThat(html.getWebResponse().getContentAsString())
                    .as(page)
                    .doesNotContain("<script>alert", "<img src=x", "<b>bold");
        }
    }

    @Test
    void theLastTrainingIsJudgedWhenNoMetricsAreNamed() throws Exception {
        job.setDefinition(new CpsFlowDefinition("""
                semaphore 'trained'
                node('agent') {
                    def gate = evaluationGate 'rules.yaml'
                    echo "${gate.runId} ${gate.modelDigest}"
                }
                """, true));
        WorkflowRun build = job.scheduleBuild2(0).waitForStart();
        SemaphoreStep.waitForStart("trained/1", build);
        BuildLineage lineage = BuildLineage.of(build);
        lineage.update(
                facts -> facts.with(training("2", "run1", null)).with(training("3", "run2", "evaluation-3.json")));
        Files.writeString(lineage.directory().resolve("evaluation-3.json"), evaluation(MODEL, "{\"accuracy\": 0.91}"));
        SemaphoreStep.success("trained/1", null);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        jenkins.assertLogContains("Judging evaluation.json of run run2 by rules.yaml", build);
        jenkins.assertLogContains("run2 " + MODEL, build);
    }

    private static RunFacts.TrainingUse training(String id, String run, String evaluation) {
        return new RunFacts.TrainingUse(
                id,
                "tag",
                "main",
                "experiment",
                run,
                null,
                "FINISHED",
                null,
                null,
                MODEL.toString(),
                null,
                evaluation,
                null,
                List.of(),
                "2026-11-25T10:00:00Z");
    }

    @Test
    void withoutAWorkspaceTheErrorSaysWhatIsMissing() throws Exception {
        job.setDefinition(new CpsFlowDefinition("evaluationGate rules: 'rules.yaml'", true));
        jenkins.assertLogContains(
                "Perhaps you forgot to surround the evaluationGate step with a step that provides this, such as: node",
                jenkins.buildAndAssertStatus(Result.FAILURE, job));
    }

    @Test
    void theFormAndTheSnippetGeneratorKeepEveryField() throws Exception {
        EvaluationGateStep step = new EvaluationGateStep("rules.yaml");
        SnippetizerTester tester = new SnippetizerTester(jenkins);
        tester.assertRoundTrip(step, "evaluationGate 'rules.yaml'");
        step.setMetrics("metrics.json");
        step.setBaseline("champion.json");
        step.setModel("digits");
        step.setServer("main");
        step.setName("quality");
        step.setReportDir("reports");
        step.setOnFailure("unstable");
        tester.assertRoundTrip(
                step,
                "evaluationGate baseline: 'champion.json', metrics: 'metrics.json', model: 'digits', name: 'quality',"
                        + " onFailure: 'unstable', reportDir: 'reports', rules: 'rules.yaml', server: 'main'");
        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
        SnippetizerTester.assertDocGeneration(EvaluationGateStep.class);
        for (String field :
                List.of("rules", "metrics", "baseline", "model", "server", "name", "reportDir", "onFailure")) {
            assertThat(EvaluationGateStep.class.getResource("EvaluationGateStep/help-" + field + ".html"))
                    .as(field)
                    .isNotNull();
        }
    }
}
