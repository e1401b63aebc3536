package io.jenkins.plugins.mlops.registry;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Result;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Champions of a real MLflow server come and go. */
@WithJenkins
class PromotionIT {

    private final String model = "shapes-" + UUID.randomUUID();

    @TempDir
    private Path scratch;

    private JenkinsRule jenkins;
    private WorkflowJob job;

    @Test
    void aChampionIsMadeDefendedReplacedAndCalledBack(JenkinsRule rule) throws Exception {
        jenkins = rule;
        URI uri = TestServers.mlflow();
        MlopsConfiguration.get().setMlflowServers(List.of(new MlflowProfile("lab", uri.toString())));
        job = rule.createProject(WorkflowJob.class, "shapes");
        try (MlflowServer mlflow = MlflowServer.connect(new MlflowSettings(uri, null), null)) {
            TrainedModel good = TrainedModel.train(mlflow, model + " good", 0.9, scratch);
            TrainedModel bad = TrainedModel.train(mlflow, model + " bad", 0.5, scratch);
            TrainedModel best = TrainedModel.train(mlflow, model + " best", 0.95, scratch);

            WorkflowRun first = build(
                    Result.SUCCESS,
                    good.gate(model) + promote("run: '" + good.runId() + "', gate: gate")
                            + "echo \"${m.name} ${m.version} ${m.alias} ${m.previous} ${m.by} ${m.gate == gate.digest} ${m.runId}\"");
            jenkins.assertLogContains(
                    "Promoted " + model + ": champion was not set, is version 1 now (gate report sha256:", first);
            jenkins.assertLogContains(model + " 1 champion 0 ann true " + good.runId(), first);
            RunFacts.AliasUse use = BuildLineage.of(first).facts().aliases().get(0);
            assertThat(use.server()).isEqualTo("lab");
            assertThat(use.action()).isEqualTo("promote");
            assertThat(jenkins.createWebClient()
                            .getPage(first, "console")
                            .getAnchorByText("version 1")
                            .getHrefAttribute())
                    .isEqualTo(uri + "/#/models/" + model + "/versions/1");
            assertThat(ControllerLineage.store().dossier(good.model()).records())
                    .anyMatch(record -> record.predicate() instanceof Promotion);

            // the champion is the baseline, and the default gate of a promotion is this build's on that model
            WorkflowRun refused = build(
                    Result.FAILURE, bad.gate(model) + "echo gate.verdict\n" + promote("run: '" + bad.runId() + "'"));
            jenkins.assertLogContains(
                    "ERROR: Version 2 of " + model + " is not promoted to champion: its gate did not pass", refused);
            jenkins.assertLogContains("Compared with " + model + " version 1 (run " + good.runId() + ")", refused);
            assertThat(champion(mlflow)).isEqualTo(1);

            WorkflowRun overridden = build(
                    Result.SUCCESS,
                    bad.gate(model) + promote("run: '" + bad.runId() + "', override: true, reason: 'a demonstration'"));
            jenkins.assertLogContains("note: overridden: its gate did not pass", overridden);
            jenkins.assertLogContains("champion was version 1, is version 2 now", overridden);
            WorkflowRun back = build(
                    Result.SUCCESS,
                    "def m = rollbackModel name: '" + model
                            + "', reason: 'bad at night'\necho \"${m.version} ${m.previous} ${m.reason}\"");
            jenkins.assertLogContains("Rolled back " + model + ": champion was version 2, is version 1 now", back);
            jenkins.assertLogContains("1 2 bad at night", back);
            assertThat(champion(mlflow)).isEqualTo(1);

            // someone else moves the alias between the gate and the promotion, which is another build
            WorkflowRun judged = build(Result.SUCCESS, best.gate(model));
            String report = BuildLineage.of(judged).facts().gates().get(0).digest();
            assertThat(BuildLineage.of(judged).facts().gates().get(0).baseline())
                    .startsWith(model + " version 1");
            mlflow.setAlias(model, "champion", 2);
            String later = promote("run: '" + best.runId() + "', gate: '" + report + "'");
            WorkflowRun raced = build(Result.FAILURE, later);
            jenkins.assertLogContains("the alias champion was moved by someone else, from version 1", raced);
            jenkins.assertLogContains("the champion has changed since the gate compared with it", raced);
            assertThat(champion(mlflow)).isEqualTo(2);
            build(Result.SUCCESS, "rollbackModel '" + model + "'");
            assertThat(champion(mlflow)).isEqualTo(1);
            jenkins.assertLogContains(
                    "points to version 1, and no version was expected",
                    build(Result.FAILURE, promote("version: 3, gate: '" + report + "', expect: 'none'")));
            WorkflowRun last = build(Result.SUCCESS, promote("version: 3, gate: '" + report + "', expect: 1"));
            jenkins.assertLogContains("champion was version 1, is version 3 now", last);
            assertThat(champion(mlflow)).isEqualTo(3);

            jenkins.assertLogContains(
                    "ERROR: No gate of this Jenkins made the report sha256:000",
                    build(Result.FAILURE, promote("version: 2, gate: 'sha256:" + "0".repeat(64) + "'")));
            jenkins.assertLogContains("no gate report was given", build(Result.FAILURE, promote("version: 2")));
            jenkins.assertLogContains(
                    "promoteModel has nothing to promote", build(Result.FAILURE, promote("alias: 'champion'")));
            assertThat(champion(mlflow)).isEqualTo(3);
        }
    }

    private String promote(String arguments) {
        return "def m = promoteModel name: '" + model + "', " + arguments + "\n";
    }

    private WorkflowRun build(Result wanted, String script) throws Exception {
        job.setDefinition(new CpsFlowDefinition(script, true));
        WorkflowRun build =
                jenkins.assertBuildStatus(wanted, job.scheduleBuild2(0, new CauseAction(new Cause.UserIdCause("ann"))));
        jenkins.assertLogNotContains("\tat ", build);
        return build;
    }

    private int champion(MlflowServer mlflow) {
        return mlflow.byAlias(model, "champion").map(ModelVersion::version).orElse(0);
    }
}
