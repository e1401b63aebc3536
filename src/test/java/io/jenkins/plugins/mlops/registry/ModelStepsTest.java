package io.jenkins.plugins.mlops.registry;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Result;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.gate.GateOutcome;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What {@code promoteModel} and {@code rollbackModel} do without a server. */
@WithJenkins
class ModelStepsTest {

    private static final Digest REPORT = Digest.of("report");

    private static JenkinsRule jenkins;

    @BeforeAll
    static void start(JenkinsRule rule) {
        jenkins = rule;
    }

    @Test
    void theFormAndTheSnippetGeneratorKeepEveryFieldOfAPromotion() throws Exception {
        PromoteModelStep step = new PromoteModelStep("digits");
        SnippetizerTester tester = new SnippetizerTester(jenkins);
        tester.assertRoundTrip(step, "promoteModel 'digits'");
        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
        step.setAlias("staging");
        step.setVersion(3);
        step.setGate(REPORT.toString());
        step.setExpect("2");
        step.setOverride(true);
        step.setReason("it is late");
        step.setServer("main");
        tester.assertRoundTrip(
                step,
                "promoteModel alias: 'staging', expect: '2', gate: '" + REPORT
                        + "', name: 'digits', override: true, reason: 'it is late', server: 'main', version: 3");
        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
        step.setVersion(null);
        step.setRun("4f2a");
        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
        PromotionApproval approval = new PromotionApproval();
        approval.setSubmitters("ann,leads");
        approval.setTimeout("2d");
        step.setApproval(approval);
        PromoteModelStep back = new StepConfigTester(jenkins).configRoundTrip(step);
        assertThat(back.getApproval().getSubmitters()).isEqualTo("ann,leads");
        assertThat(back.getApproval().getTimeout()).isEqualTo("2d");
        SnippetizerTester.assertDocGeneration(PromoteModelStep.class);
    }

    @Test
    void theFormAndTheSnippetGeneratorKeepEveryFieldOfARollback() throws Exception {
        RollbackModelStep step = new RollbackModelStep("digits");
        SnippetizerTester tester = new SnippetizerTester(jenkins);
        tester.assertRoundTrip(step, "rollbackModel 'digits'");
        step.setAlias("staging");
        step.setReason("bad at night");
        step.setServer("main");
        tester.assertRoundTrip(
                step, "rollbackModel alias: 'staging', name: 'digits', reason: 'bad at night', server: 'main'");
        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
        SnippetizerTester.assertDocGeneration(RollbackModelStep.class);
    }

    @Test
    void everyFieldHasHelp() {
        for (String field : List.of(
                "name", "alias", "run", "version", "gate", "expect", "override", "reason", "server", "approval")) {
            assertThat(PromoteModelStep.class.getResource("PromoteModelStep/help-" + field + ".html"))
                    .as(field)
                    .isNotNull();
        }
        for (String field : List.of("name", "alias", "reason", "server")) {
            assertThat(RollbackModelStep.class.getResource("RollbackModelStep/help-" + field + ".html"))
                    .as(field)
                    .isNotNull();
        }
    }

    @Test
    void aGatesOutcomeIsTakenAsItIs() throws Exception {
        GateOutcome outcome = new GateOutcome(new RunFacts.GateUse(
                "5", null, "pass", "All rules hold", "gates/5", REPORT.toString(), null, null, null, List.of(), "now"));
        PromoteModelStep step = new DescribableModel<>(PromoteModelStep.class)
                .instantiate(Map.of("name", "digits", "gate", outcome, "expect", 2), null);
        assertThat(step.getGate()).isEqualTo(REPORT.toString());
        assertThat(step.getExpect()).isEqualTo("2");
    }

    @Test
    void wrongArgumentsAreSaidInOneSentence() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("""
                def say = { what -> try { what() } catch (e) { echo "said: ${e.message}" } }
                say { promoteModel '' }
                say { promoteModel name: 'digits', run: 'a', version: 1 }
                say { promoteModel name: 'digits', gate: 'gate.json' }
                say { promoteModel name: 'digits', override: true }
                say { promoteModel name: 'digits', expect: '0' }
                say { rollbackModel '' }
                say { rollbackModel 'digits' }
                """, true));
        WorkflowRun build = jenkins.buildAndAssertStatus(Result.SUCCESS, job);
        for (String said : List.of(
                "promoteModel wants the name of a registered model",
                "promoteModel takes a run or a version, not both",
                "promoteModel's gate is what evaluationGate returned, or its digest, not 'gate.json'",
                "promoteModel's override wants a reason",
                "promoteModel's expect is a version's number or 'none', not '0'",
                "rollbackModel wants the name of a registered model",
                "No MLflow server is configured")) {
            jenkins.assertLogContains("said: " + said, build);
        }
    }

    @Test
    void theUserWhoStartedTheBuildAnswersForItElseItsAddress() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "who");
        job.setDefinition(new CpsFlowDefinition("", true));
        assertThat(BuildAuthor.of(jenkins.buildAndAssertSuccess(job))).isEqualTo(jenkins.getURL() + "job/who/1/");
        WorkflowRun byUser =
                jenkins.assertBuildStatusSuccess(job.scheduleBuild2(0, new CauseAction(new Cause.UserIdCause("ann"))));
        assertThat(BuildAuthor.of(byUser)).isEqualTo("ann");
    }
}
