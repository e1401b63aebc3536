package io.jenkins.plugins.mlops.registry;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Item;
import hudson.model.Result;
import io.jenkins.plugins.mlops.ControllerDirectory;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.policy.FolderPolicy;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** People decide about champions of a real MLflow server, on pages, before and after a restart of Jenkins. */
class ApprovalIT {

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @TempDir
    private Path scratch;

    private final URI uri = TestServers.mlflow();
    private final String model = "signs-" + UUID.randomUUID();

    @Test
    void aPromotionWaitsThroughARestartForSomebodyWhoMayDecide() throws Throwable {
        try (MlflowServer mlflow = MlflowServer.connect(new MlflowSettings(uri, null), null)) {
            TrainedModel good = TrainedModel.train(mlflow, model + " good", 0.9, scratch);
            TrainedModel better = TrainedModel.train(mlflow, model + " better", 0.95, scratch);
            sessions.then(rule -> {
                secure(rule);
                MlopsConfiguration.get().setMlflowServers(List.of(new MlflowProfile("lab", uri.toString())));
                WorkflowJob job = rule.createProject(WorkflowJob.class, "signs");
                WorkflowRun run = begin(job, good.gate(model) + promote(good, "approval(message: 'Look at <night>')"));
                rule.waitForMessage("Waiting for somebody to approve that version 1 of " + model, run);
                assertThat(champion(mlflow)).isZero();
                assertThat(Jenkins.get().getComputers()[0].countBusy()).isZero();
            });
            sessions.then(rule -> {
                WorkflowJob job = Jenkins.get().getItemByFullName("signs", WorkflowJob.class);
                WorkflowRun run = job.getBuildByNumber(1);
                decide(rule, run, mlflow);
                rejectAndTimeOut(rule, job, better);
                byButtons(rule, job, better, mlflow);
                byAnotherPerson(rule, job, better);
                underAnotherPolicy(rule, job, better, mlflow);
            });
        }
    }

    private void decide(JenkinsRule rule, WorkflowRun run, MlflowServer mlflow) throws Exception {
        String page = run.getUrl() + PromotionPage.URL + "/";
        for (String outsider : List.of("eve", "carl")) {
            JenkinsRule.WebClient client = browser(rule, outsider);
            client.setThrowExceptionOnFailingStatusCode(false);
            assertThat(client.goTo(page).getWebResponse().getStatusCode())
                    .as(outsider)
                    .isIn(HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_NOT_FOUND);
            assertThat(client.goTo(run.getUrl()).asXml()).doesNotContain(PromotionPage.URL);
        }
        JenkinsRule.WebClient bob = browser(rule, "bob");
        HtmlPage waiting = bob.goTo(page);
        HtmlPage decision = waiting.getAnchorByText("Version 1 of " + model + " is to become champion")
                .click();
        assertThat(decision.asNormalizedText())
                .contains("Look at <night>", "asked for by ann", "accuracy", "No version has it");
        HtmlForm stale = form(decision, "approve");
        stale.getInputByName("seen").setValue("7 0 ");
        stale.getInputByName("reason").setValue("of something else");
        bob.setThrowExceptionOnFailingStatusCode(false);
        assertThat(((HtmlPage) rule.submit(stale)).asNormalizedText()).contains("showed another version");
        assertThat(champion(mlflow)).isZero();

        HtmlForm approve = form(
                bob.goTo(decision.getUrl()
                        .toString()
                        .substring(rule.getURL().toString().length())),
                "approve");
        approve.getInputByName("reason").setValue("fine at night too");
        rule.submit(approve);
        rule.assertBuildStatusSuccess(rule.waitForCompletion(run));
        assertThat(champion(mlflow)).isEqualTo(1);
        rule.assertLogContains("Approved by bob: fine at night too", run);
        RunFacts.AliasUse use = BuildLineage.of(run).facts().aliases().get(0);
        assertThat(use.by()).isEqualTo("ann");
        assertThat(use.approvedBy()).isEqualTo("bob");
        assertThat(use.approvedAt()).isNotBlank();
        assertThat(use.approvalReason()).isEqualTo("fine at night too");
        assertThat(use.reason()).as("the step gave none").isNull();
        assertThat(audit())
                .anyMatch(line -> line.contains("\"by\":\"bob\"") && line.contains("\"action\":\"approve\""))
                .anyMatch(line -> line.contains("\"by\":\"ann\"")
                        && line.contains("\"action\":\"promote\"")
                        && line.contains("\"result\":\"done\""));
    }

    private void rejectAndTimeOut(JenkinsRule rule, WorkflowJob job, TrainedModel better) throws Exception {
        WorkflowRun rejected = begin(job, better.gate(model) + promote(better, "approval(submitters: 'bob, nobody')"));
        rule.waitForMessage("Waiting for somebody to approve", rejected);
        HtmlForm form = form(decision(rule, "bob", rejected), "reject");
        form.getInputByName("reason").setValue("blurred");
        rule.submit(form);
        rule.assertBuildStatus(Result.ABORTED, rule.waitForCompletion(rejected));
        rule.assertLogContains("version 2 of " + model + " becomes champion was rejected by bob: blurred", rejected);

        WorkflowRun late = begin(job, better.gate(model) + promote(better, "approval(timeout: '1s')"));
        rule.assertBuildStatus(Result.ABORTED, rule.waitForCompletion(late));
        rule.assertLogContains("was not approved in time", late);

        // It records nothing before, and has the page all the same.
        WorkflowRun others = begin(
                job,
                "promoteModel name: '" + model + "', run: '" + better.runId()
                        + "', override: true, reason: 'urgent', approval: approval(submitters: 'nobody')");
        rule.waitForMessage("Waiting for somebody to approve", others);
        HtmlPage page = decision(rule, "bob", others);
        assertThat(page.asNormalizedText()).contains("It is for nobody to approve");
        others.getExecutor().interrupt();
        rule.assertBuildStatus(Result.ABORTED, rule.waitForCompletion(others));
    }

    private void byButtons(JenkinsRule rule, WorkflowJob job, TrainedModel better, MlflowServer mlflow)
            throws Exception {
        WorkflowRun judged = begin(job, better.gate(model));
        rule.assertBuildStatusSuccess(rule.waitForCompletion(judged));
        BuildLineage.of(judged)
                .update(facts -> facts.with(new RunFacts.TrainingUse(
                        "1",
                        "tag",
                        "lab",
                        "promotions",
                        better.runId(),
                        null,
                        "FINISHED",
                        null,
                        null,
                        better.model().toString(),
                        null,
                        null,
                        null,
                        List.of(),
                        "2026-11-28T00:00:00Z")));
        JenkinsRule.WebClient bob = browser(rule, "bob");
        HtmlPage page = bob.goTo(judged.getUrl() + PromotionPage.URL + "/");
        HtmlForm choose = form(page, "review");
        choose.getInputByName("model").setValue(model);
        HtmlPage review = rule.submit(choose);
        assertThat(review.asNormalizedText()).contains("Promote to champion of " + model, "pass", "Version 1");
        HtmlForm promote = form(review, "../promote");
        promote.getInputByName("reason").setValue("better");
        rule.submit(promote);
        assertThat(champion(mlflow)).isEqualTo(2);
        assertThat(BuildLineage.of(judged).facts().aliases().get(0).by()).isEqualTo("bob");
        rule.submit(promote); // pressed twice: it is made once
        assertThat(champion(mlflow)).isEqualTo(2);

        HtmlForm back = form(bob.goTo(judged.getUrl() + PromotionPage.URL + "/"), "rollback");
        back.getInputByName("reason").setValue("bad in rain");
        rule.submit(back);
        assertThat(champion(mlflow)).isEqualTo(1);
        assertThat(audit()).anyMatch(line -> line.contains("\"action\":\"rollback\"") && line.contains("bad in rain"));
    }

    private void byAnotherPerson(JenkinsRule rule, WorkflowJob job, TrainedModel better) throws Exception {
        FolderPolicy policy = new FolderPolicy("");
        policy.setRequireApproval(true);
        MlopsConfiguration.get().setPolicies(List.of(policy));
        WorkflowRun alone = begin(
                job,
                better.gate(model) + "promoteModel name: '" + model + "', run: '" + better.runId() + "', gate: gate\n");
        rule.assertBuildStatus(Result.FAILURE, rule.waitForCompletion(alone));
        rule.assertLogContains("requires the approval of a promotion by a person who neither started", alone);
        WorkflowRun own = begin(job, better.gate(model) + promote(better, "approval()"), "bob");
        rule.waitForMessage("Waiting for somebody to approve", own);
        HtmlForm approve = form(decision(rule, "bob", own), "approve");
        approve.getInputByName("reason").setValue("my own");
        approve.getPage().getWebClient().getOptions().setThrowExceptionOnFailingStatusCode(false);
        assertThat(((HtmlPage) rule.submit(approve)).asNormalizedText()).contains("bob cannot give it");
        HtmlForm other = form(decision(rule, "dora", own), "approve");
        other.getInputByName("reason").setValue("looked at it");
        rule.submit(other);
        rule.assertBuildStatusSuccess(rule.waitForCompletion(own));
    }

    /** What was allowed when it began to wait is not when it is approved. */
    private void underAnotherPolicy(JenkinsRule rule, WorkflowJob job, TrainedModel better, MlflowServer mlflow)
            throws Exception {
        int before = champion(mlflow);
        WorkflowRun waiting = begin(job, better.gate(model) + promote(better, "approval()"));
        rule.waitForMessage("Waiting for somebody to approve", waiting);
        FolderPolicy policy = new FolderPolicy("");
        policy.setModels(List.of("others-*"));
        MlopsConfiguration.get().setPolicies(List.of(policy));
        HtmlForm approve = form(decision(rule, "dora", waiting), "approve");
        approve.getInputByName("reason").setValue("looked at it");
        rule.submit(approve);
        rule.assertBuildStatus(Result.FAILURE, rule.waitForCompletion(waiting));
        rule.assertLogContains(
                "The policy of all jobs does not allow the model '" + model + "': it allows others-*", waiting);
        assertThat(champion(mlflow)).isEqualTo(before);
    }

    private HtmlPage decision(JenkinsRule rule, String user, WorkflowRun run) throws Exception {
        HtmlPage waiting = browser(rule, user).goTo(run.getUrl() + PromotionPage.URL + "/");
        return waiting.getAnchorByText("Version 2 of " + model + " is to become champion")
                .click();
    }

    /** Without scripts: the pages of this plugin need none. */
    private static JenkinsRule.WebClient browser(JenkinsRule rule, String user) throws Exception {
        JenkinsRule.WebClient client = rule.createWebClient();
        client.getOptions().setJavaScriptEnabled(false);
        client.getOptions().setCssEnabled(false);
        return client.login(user);
    }

    private static HtmlForm form(HtmlPage page, String action) {
        return page.getForms().stream()
                .filter(form -> form.getActionAttribute().equals(action))
                .findFirst()
                .orElseThrow();
    }

    private static void secure(JenkinsRule rule) {
        rule.jenkins.setSecurityRealm(rule.createDummySecurityRealm());
        rule.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ, Item.BUILD)
                .everywhere()
                .to("ann", "bob", "carl", "dora", "eve")
                .grant(MlopsPermissions.VIEW_LINEAGE)
                .everywhere()
                .to("bob", "carl", "dora")
                .grant(MlopsPermissions.PROMOTE, MlopsPermissions.ROLLBACK)
                .everywhere()
                .to("bob", "dora"));
    }

    private String promote(TrainedModel candidate, String approval) {
        return "promoteModel name: '" + model + "', run: '" + candidate.runId() + "', gate: gate, approval: " + approval
                + "\n";
    }

    private static WorkflowRun begin(WorkflowJob job, String script) throws Exception {
        return begin(job, script, "ann");
    }

    private static WorkflowRun begin(WorkflowJob job, String script, String user) throws Exception {
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job.scheduleBuild2(0, new CauseAction(new Cause.UserIdCause(user)))
                .waitForStart();
    }

    private int champion(MlflowServer mlflow) {
        return mlflow.byAlias(model, "champion").map(ModelVersion::version).orElse(0);
    }

    private static List<String> audit() throws Exception {
        try (Stream<Path> files = Files.list(ControllerDirectory.part("audit"))) {
            return Files.readAllLines(files.findFirst().orElseThrow());
        }
    }
}
