package io.jenkins.plugins.mlops.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.ControllerLog;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.registry.GateEvidence;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.Promoter;
import io.jenkins.plugins.mlops.core.registry.PromotionRequest;
import io.jenkins.plugins.mlops.core.registry.Registrar;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** The packaged plugin in a controller that is killed after it has set an alias and before it knows. */
class PromotionRestartIT {

    private static final int TIMEOUT_SECONDS = 1800;

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension().withTimeout(TIMEOUT_SECONDS);

    @TempDir
    private Path scratch;

    private final URI uri = TestServers.mlflow();
    private final String model = "shapes-" + UUID.randomUUID();

    @Test
    void aMoveThatTheControllerDidNotSurviveIsMadeOnce() throws Throwable {
        PackagedPlugin.install(jenkins);
        ControllerLog log = ControllerLog.of(jenkins);
        try (MlflowServer mlflow = MlflowServer.connect(new MlflowSettings(uri, null), null);
                HaltingProxy proxy = new HaltingProxy(uri)) {
            makeChampion(mlflow, "first", 0.8);
            makeChampion(mlflow, "second", 0.9);
            TrainedModel third = TrainedModel.train(mlflow, model + " third", 0.95, scratch);

            jenkins.startJenkins();
            jenkins.runRemotely(PromotionRestartIT::configure, proxy.url());
            CountDownLatch set = proxy.haltAfter(model);
            jenkins.runRemotely(
                    PromotionRestartIT::begin,
                    "promote",
                    third.gate(model) + "def m = promoteModel name: '" + model + "', run: '" + third.runId()
                            + "', gate: gate\necho \"now ${m.version} before ${m.previous} gate ${gate.verdict}\"");
            HaltingProxy.await(set);
            jenkins.stopJenkinsForcibly();
            assertThat(champion(mlflow)).isEqualTo(3);

            jenkins.startJenkins();
            jenkins.runRemotely(PromotionRestartIT::promoted, third.model().toString());
            assertThat(champion(mlflow)).isEqualTo(3);
            assertThat(mlflow.versions(model)).hasSize(3);

            CountDownLatch setBack = proxy.haltAfter(model);
            jenkins.runRemotely(
                    PromotionRestartIT::begin,
                    "rollback",
                    "def m = rollbackModel name: '" + model
                            + "', reason: 'bad at night'\necho \"now ${m.version} before ${m.previous} since ${m.reason}\"");
            HaltingProxy.await(setBack);
            jenkins.stopJenkinsForcibly();
            assertThat(champion(mlflow)).isEqualTo(2);

            jenkins.startJenkins();
            jenkins.runRemotely(PromotionRestartIT::rolledBack);
            assertThat(champion(mlflow)).isEqualTo(2);
            jenkins.stopJenkins();
        }
        log.assertNothingRefused();
    }

    /** What earlier builds would have done. */
    private void makeChampion(MlflowServer mlflow, String name, double accuracy) throws Exception {
        LineageStore lineage = LineageStore.open(scratch.resolve("lineage"));
        TrainedModel trained = TrainedModel.train(mlflow, model + " " + name, accuracy, scratch);
        int version = new Registrar(mlflow, lineage)
                .register(model, trained.runId(), "model", "ann")
                .version();
        GateEvidence gate = new GateEvidence(Digest.of(name), "pass", "All rules hold", trained.model(), null, null);
        new Promoter(mlflow, lineage, Clock.systemUTC())
                .promote(new PromotionRequest(model, version, "champion", gate, null, false, null, "ann"));
    }

    private int champion(MlflowServer mlflow) {
        return mlflow.byAlias(model, "champion").map(ModelVersion::version).orElse(0);
    }

    private static void configure(JenkinsRule controller, String mlflow) throws Throwable {
        MlopsConfiguration.get().setMlflowServers(List.of(new MlflowProfile("lab", mlflow)));
    }

    private static void begin(JenkinsRule controller, String name, String script) throws Throwable {
        WorkflowJob job = controller.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(script, true));
        job.scheduleBuild2(0).waitForStart();
    }

    private static WorkflowRun ended(JenkinsRule controller, String name) throws Throwable {
        WorkflowRun build =
                controller.jenkins.getItemByFullName(name, WorkflowJob.class).getBuildByNumber(1);
        return controller.assertBuildStatusSuccess(controller.waitForCompletion(build));
    }

    private static void promoted(JenkinsRule controller, String digest) throws Throwable {
        WorkflowRun build = ended(controller, "promote");
        controller.assertLogContains("a promotion of version 3 that had been interrupted was completed", build);
        controller.assertLogContains("now 3 before 2 gate pass", build);
        assertThat(BuildLineage.of(build).facts().aliases())
                .singleElement()
                .extracting(RunFacts.AliasUse::previous)
                .isEqualTo(2);
        assertThat(ControllerLineage.store().dossier(Digest.parse(digest)).records())
                .filteredOn(record -> record.predicate() instanceof Promotion)
                .hasSize(1);
    }

    private static void rolledBack(JenkinsRule controller) throws Throwable {
        WorkflowRun build = ended(controller, "rollback");
        controller.assertLogContains("a rollback to version 2 that had been interrupted was completed", build);
        controller.assertLogContains("now 2 before 3 since bad at night", build);
    }
}
