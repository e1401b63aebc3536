package io.jenkins.plugins.mlops.registry;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import hudson.model.User;
import hudson.security.FullControlOnceLoggedInAuthorizationStrategy;
import hudson.security.HudsonPrivateSecurityRealm;
import io.jenkins.plugins.mlops.AuditLines;
import io.jenkins.plugins.mlops.ControllerLog;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.security.ApiTokenProperty;
import org.htmlunit.WebClient;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlFormUtil;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * Approvals whose controller is killed at every stage: while it waits, between the click and the move of the alias, between the move
 * and the news of it, and at random moments after a click ({@code -Dkills.count}, {@code -Dkills.seed}).
 */
class ApprovalRestartIT {

    private static final Logger LOGGER = Logger.getLogger(ApprovalRestartIT.class.getName());

    private static final int FEW = 2;

    /** About as long as a click and what follows takes. */
    private static final int SPAN_MILLIS = 4000;

    private static final String REASON = "fine at night too";
    private static final String WAITING = "Waiting for somebody to approve that version 1 of ";

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension().withTimeout(0);

    @TempDir
    private Path scratch;

    private final URI uri = TestServers.mlflow();
    private final String suffix = "-" + UUID.randomUUID();
    private String token;

    @Test
    void aDecisionCountsOnceWheneverTheControllerDies() throws Throwable {
        PackagedPlugin.install(jenkins);
        ControllerLog log = ControllerLog.of(jenkins);
        try (MlflowServer mlflow = MlflowServer.connect(new MlflowSettings(uri, null), null);
                HaltingProxy proxy = new HaltingProxy(uri)) {
            jenkins.startJenkins();
            token = jenkins.runRemotely(ApprovalRestartIT::configure, proxy.url());

            String waits = begin(mlflow, "waits");
            String before = begin(mlflow, "before");
            String after = begin(mlflow, "after");
            CountDownLatch notSet = proxy.haltBefore(before);
            CountDownLatch set = proxy.haltAfter(after);
            decide(before, "approve");
            decide(after, "approve");
            HaltingProxy.await(notSet);
            HaltingProxy.await(set);
            assertThat(champion(mlflow, before)).isZero();
            assertThat(champion(mlflow, after)).isEqualTo(1);
            restart();
            jenkins.runRemotely(ApprovalRestartIT::approved, before);
            jenkins.runRemotely(ApprovalRestartIT::approved, after);
            assertThat(isWaiting(waits)).isTrue();
            decide(waits, "approve");
            jenkins.runRemotely(ApprovalRestartIT::approved, waits);
            for (String model : List.of(waits, before, after)) {
                assertThat(champion(mlflow, model)).isEqualTo(1);
                assertThat(mlflow.versions(model)).hasSize(1);
            }
            atRandomMoments(mlflow);
            jenkins.stopJenkins();
        }
        log.assertNothingRefused();
    }

    private void atRandomMoments(MlflowServer mlflow) throws Throwable {
        long seed = Long.getLong("kills.seed", 1);
        for (int i = 0; i < Integer.getInteger("kills.count", FEW); i++) {
            Random random = new Random(seed + i);
            String yes = begin(mlflow, "yes" + i);
            String no = begin(mlflow, "no" + i);
            CompletableFuture<Void> clicks = CompletableFuture.allOf(click(yes, "approve"), click(no, "reject"));
            int delay = random.nextInt(SPAN_MILLIS);
            TimeUnit.MILLISECONDS.sleep(delay);
            restart();
            clicks.handle((done, failure) -> done).get(1, TimeUnit.MINUTES);
            boolean lostYes = isWaiting(yes);
            boolean lostNo = isWaiting(no);
            System.out.println("seed " + (seed + i) + ": killed " + delay + " ms after the clicks, the approval "
                    + (lostYes ? "was lost" : "counts") + ", the rejection " + (lostNo ? "was lost" : "counts"));
            if (lostYes) {
                decide(yes, "approve");
            }
            if (lostNo) {
                decide(no, "reject");
            }
            jenkins.runRemotely(ApprovalRestartIT::approved, yes);
            jenkins.runRemotely(ApprovalRestartIT::rejected, no);
            assertThat(champion(mlflow, yes)).isEqualTo(1);
            assertThat(champion(mlflow, no)).isZero();
        }
    }

    private void restart() throws Throwable {
        jenkins.stopJenkinsForcibly();
        jenkins.startJenkins();
    }

    /** Has a build wait for an approval. @return the name of its job and its model */
    private String begin(MlflowServer mlflow, String name) throws Throwable {
        String model = name + suffix;
        TrainedModel trained = TrainedModel.train(mlflow, model, 0.9, scratch);
        jenkins.runRemotely(
                ApprovalRestartIT::schedule,
                model,
                trained.gate(model) + "promoteModel name: '" + model + "', run: '" + trained.runId()
                        + "', gate: gate, approval: approval()\n");
        return model;
    }

    private CompletableFuture<Void> click(String model, String action) {
        return CompletableFuture.runAsync(() -> {
            try {
                decide(model, action);
            } catch (Exception e) {
                LOGGER.log(Level.FINE, "the controller died", e);
            }
        });
    }

    /** Goes through the pages, as a person does. */
    private void decide(String model, String action) throws Exception {
        try (WebClient browser = browser()) {
            HtmlPage decision =
                    waiting(browser, model).getAnchorByText(sentence(model)).click();
            HtmlForm form = decision.getForms().stream()
                    .filter(found -> found.getActionAttribute().equals(action))
                    .findFirst()
                    .orElseThrow();
            form.getInputByName("reason").setValue(REASON);
            HtmlFormUtil.submit(form);
        }
    }

    private boolean isWaiting(String model) throws Throwable {
        jenkins.runRemotely(ApprovalRestartIT::waitUntilResumed, model);
        try (WebClient browser = browser()) {
            return waiting(browser, model).asNormalizedText().contains(sentence(model));
        }
    }

    private static String sentence(String model) {
        return "Version 1 of " + model + " is to become champion";
    }

    private HtmlPage waiting(WebClient browser, String model) throws Exception {
        return browser.getPage(jenkins.getUrl() + "job/" + model + "/1/" + PromotionPage.URL + "/");
    }

    /** Without scripts: the pages of this plugin need none. */
    private WebClient browser() {
        WebClient browser = new WebClient();
        browser.getOptions().setJavaScriptEnabled(false);
        browser.getOptions().setCssEnabled(false);
        browser.addRequestHeader(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString(("bob:" + token).getBytes(StandardCharsets.UTF_8)));
        return browser;
    }

    private static int champion(MlflowServer mlflow, String model) {
        return mlflow.byAlias(model, "champion").map(ModelVersion::version).orElse(0);
    }

    // Run in the controller's process.

    private static String configure(JenkinsRule controller, String mlflow) throws Throwable {
        HudsonPrivateSecurityRealm realm = new HudsonPrivateSecurityRealm(false, false, null);
        controller.jenkins.setSecurityRealm(realm);
        FullControlOnceLoggedInAuthorizationStrategy strategy = new FullControlOnceLoggedInAuthorizationStrategy();
        strategy.setAllowAnonymousRead(false);
        controller.jenkins.setAuthorizationStrategy(strategy);
        controller.jenkins.setNumExecutors(4);
        MlopsConfiguration.get().setMlflowServers(List.of(new MlflowProfile("lab", mlflow)));
        User bob = realm.createAccount("bob", UUID.randomUUID().toString());
        String value = bob.getProperty(ApiTokenProperty.class).generateNewToken("test").plainValue;
        bob.save();
        return value;
    }

    private static void schedule(JenkinsRule controller, String model, String script) throws Throwable {
        WorkflowJob job = controller.createProject(WorkflowJob.class, model);
        job.setDefinition(new CpsFlowDefinition(script, true));
        controller.waitForMessage(WAITING + model, job.scheduleBuild2(0).waitForStart());
    }

    private static WorkflowRun build(JenkinsRule controller, String model) {
        return controller.jenkins.getItemByFullName(model, WorkflowJob.class).getBuildByNumber(1);
    }

    /** Until it has ended, waits, or goes on with a decision. */
    private static void waitUntilResumed(JenkinsRule controller, String model) throws Throwable {
        WorkflowRun build = build(controller, model);
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (build.isBuilding()
                && build.getExecution().getCurrentExecutions(true).get().isEmpty()) {
            assertThat(System.nanoTime()).as(JenkinsRule.getLog(build)).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static void approved(JenkinsRule controller, String model) throws Throwable {
        WorkflowRun build = build(controller, model);
        controller.assertBuildStatusSuccess(controller.waitForCompletion(build));
        controller.assertLogContains("Approved by bob: " + REASON, build);
        RunFacts facts = BuildLineage.of(build).facts();
        assertThat(facts.aliases()).singleElement().satisfies(use -> {
            assertThat(use.version()).isEqualTo(1);
            assertThat(use.previous()).isZero();
            assertThat(use.approvedBy()).isEqualTo("bob");
            assertThat(use.approvalReason()).isEqualTo(REASON);
        });
        assertThat(AuditLines.of(model)).containsExactly("approve done", "promote done");
        assertThat(promotions(model)).hasSize(1);
    }

    private static void rejected(JenkinsRule controller, String model) throws Throwable {
        WorkflowRun build = build(controller, model);
        controller.assertBuildStatus(Result.ABORTED, controller.waitForCompletion(build));
        controller.assertLogContains("becomes champion was rejected by bob: " + REASON, build);
        assertThat(BuildLineage.of(build).facts().aliases()).isEmpty();
        assertThat(AuditLines.of(model)).containsExactly("reject done");
        assertThat(promotions(model)).isEmpty();
    }

    /** The trained model's digest is that of its name. */
    private static List<?> promotions(String model) throws IOException {
        return ControllerLineage.store().dossier(Digest.of(model)).of(Promotion.class);
    }
}
