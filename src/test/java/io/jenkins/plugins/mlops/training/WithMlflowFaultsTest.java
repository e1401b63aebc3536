package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.FilePath;
import hudson.model.Label;
import hudson.model.Result;
import hudson.model.TaskListener;
import hudson.slaves.DumbSlave;
import hudson.slaves.OfflineCause;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.test.steps.SemaphoreStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What servers that are away or slow, and builds that vanish, leave behind. */
@WithJenkins
public class WithMlflowFaultsTest {

    private static FakeMlflowServer mlflow;
    private JenkinsRule jenkins;

    @BeforeEach
    void configured(JenkinsRule rule) throws Exception {
        jenkins = rule;
        mlflow = new FakeMlflowServer();
        mlflow.configure();
    }

    @AfterEach
    void closed() {
        mlflow.close();
    }

    /** For pipelines. */
    public static void away(boolean away) {
        mlflow.away = away;
    }

    @Test
    void aRunThatCannotBeEndedIsEndedWhenTheServerIsBack() throws Exception {
        WorkflowRun build =
                build("node { withMLflow('e') { " + getClass().getName() + ".away(true); error 'too hot' } }");
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(build));
        jenkins.assertLogContains("too hot", build);
        jenkins.assertLogContains("The MLflow run is not set to FAILED yet", build);
        assertThat(status(build)).isEqualTo("FAILED");
        assertThat(mlflow.statuses()).containsExactly("RUNNING");
        OpenRuns.get().sweep();
        assertThat(OpenRuns.get().of(build)).hasSize(1);
        mlflow.away = false;
        OpenRuns.get().sweep();
        assertThat(mlflow.statuses()).containsExactly("FAILED");
        assertThat(OpenRuns.get().of(build)).isEmpty();
    }

    @Test
    void aServerThatIsAwayAtTheStartFailsTheStepInOneSentence() throws Exception {
        mlflow.away = true;
        WorkflowRun build = build("node { withMLflow('e') { echo 'inside' } }");
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(build));
        jenkins.assertLogNotContains("inside", build);
        jenkins.assertLogNotContains("\tat ", build);
        jenkins.assertLogContains("MLflow", build);
    }

    @Test
    void aStopWhileTheRunIsMadeEndsTheBuildAtOnceAndTheRunLater() throws Exception {
        mlflow.creation = new CountDownLatch(1);
        WorkflowRun build = build("node { withMLflow('e') { echo 'inside' } }");
        await(() -> mlflow.calls("runs/create") > 0);
        build.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        mlflow.creation.countDown();
        await(() -> {
            OpenRuns.get().sweep();
            return OpenRuns.get().of(build).isEmpty();
        });
        assertThat(mlflow.statuses()).containsExactly("KILLED");
        assertThat(status(build)).isEqualTo("KILLED");
    }

    @Test
    void theRunGoesOnAsLongAsTheBody() throws Exception {
        WorkflowRun build = build("node { withMLflow('e') { echo 'inside'; sleep 600 } }");
        jenkins.waitForMessage("inside", build);
        mlflow.finishAll();
        RunKeeper.get().doRun();
        await(() -> mlflow.statuses().contains("RUNNING"));
        build.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        RunKeeper.get().doRun();
        assertThat(mlflow.statuses()).containsExactly("KILLED");
        assertThat(OpenRuns.get().of(build)).isEmpty();
    }

    @Test
    void anAgentMayBeAwayWhileTheRunIsMadeAndIsWaitedForWhenItIsRecorded() throws Exception {
        DumbSlave agent = jenkins.createOnlineSlave(Label.get("mortal"));
        mlflow.creation = new CountDownLatch(1);
        WorkflowRun build = build(
                "node('mortal') { withMLflow('e') { semaphore 'mortal'; echo 'the block ends' } ; echo 'after it' }");
        await(() -> mlflow.calls("runs/create") > 0);
        lose(agent);
        mlflow.creation.countDown();
        SemaphoreStep.waitForStart("mortal/1", build);
        SemaphoreStep.success("mortal/1", null);
        jenkins.waitForMessage("The agent " + agent.getNodeName() + " is not connected: waiting", build);
        assertThat(mlflow.statuses()).containsExactly("RUNNING");
        agent.toComputer().connect(true).get();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        jenkins.assertLogContains("after it", build);
        assertThat(mlflow.statuses()).containsExactly("FINISHED");
        assertThat(OpenRuns.get().of(build)).isEmpty();
        assertThat(BuildLineage.of(build).facts().trainings()).hasSize(1);
    }

    private static void lose(DumbSlave agent) throws Exception {
        agent.toComputer().disconnect(new OfflineCause.ByCLI("a test")).get();
    }

    @Test
    void runsOfBuildsThatAreGoneAreKilledAndWholeOnesAreLeft() throws Exception {
        mlflow.addRun("a", "FINISHED", OpenRuns.TAG, "gone");
        OpenRuns.get().note(new OpenRun("1", "gone", "nowhere#1", "fake", "e", "a", null, Instant.now()));
        OpenRuns.get().note(new OpenRun("2", "never", "nowhere#2", "fake", "e", null, null, Instant.EPOCH));
        OpenRuns.get().note(new OpenRun("3", "soon", "nowhere#3", "fake", "e", null, null, Instant.now()));
        OpenRuns.get().sweep();
        assertThat(mlflow.statuses()).containsExactly("KILLED");
        assertThat(OpenRuns.get().end("1", RunStatus.KILLED)).isEmpty();
        FilePath notes = jenkins.jenkins.getRootPath().child("mlops/open-runs");
        assertThat(notes.list().stream().map(FilePath::getName)).containsExactly("3.json");
    }

    @Test
    void beginningAgainFindsTheRunOfTheFirstTry() throws Exception {
        WorkflowRun build = build("echo 'nothing'");
        jenkins.waitForCompletion(build);
        FilePath workspace = jenkins.jenkins.getRootPath().child("workspace");
        workspace.mkdirs();
        String tag = TrainingBegin.tag(build, "7");
        WithMlflowStep step = new WithMlflowStep("e");
        StartedTraining first =
                new TrainingBegin(build, "7", tag, step, TaskListener.NULL).begin(workspace, "", workspace.getRemote());
        workspace.child(".mlops/jenkins").child(first.id).child("half").write("x", null);
        mlflow.finishAll();
        StartedTraining second =
                new TrainingBegin(build, "7", tag, step, TaskListener.NULL).begin(workspace, "", workspace.getRemote());
        assertThat(second.runId).isEqualTo(first.runId);
        assertThat(mlflow.statuses()).containsExactly("RUNNING");
        assertThat(BuildLineage.of(build).facts().trainings()).hasSize(1);
        assertThat(workspace
                        .child(".mlops/jenkins")
                        .child(first.id)
                        .child("half")
                        .exists())
                .isFalse();
    }

    @Test
    void whatIsRecordedIsNotRecordedAgainFromADirectoryThatIsHalfDeleted() throws Exception {
        WorkflowRun build = build("echo 'nothing'");
        jenkins.waitForCompletion(build);
        FilePath workspace = jenkins.jenkins.getRootPath().child("workspace");
        workspace.mkdirs();
        String tag = TrainingBegin.tag(build, "7");
        WithMlflowStep step = new WithMlflowStep("e");
        StartedTraining training =
                new TrainingBegin(build, "7", tag, step, TaskListener.NULL).begin(workspace, "", workspace.getRemote());
        TrainingEnd end = new TrainingEnd(build, "7", training, TaskListener.NULL);
        end.record(step, workspace, "", 1);
        RunFacts recorded = BuildLineage.of(build).facts();
        FilePath root = workspace.child(".mlops/jenkins").child(training.id);
        assertThat(root.exists()).isFalse();
        long calls = mlflow.calls("runs/update");

        end.record(step, workspace, "", 2);
        root.child("model/a third of it").write("x", null);
        end.record(step, workspace, "", 3);
        assertThat(root.exists()).isFalse();
        assertThat(mlflow.calls("runs/update")).isEqualTo(calls);
        assertThat(mlflow.statuses()).containsExactly("FINISHED");
        assertThat(OpenRuns.get().of(build)).isEmpty();
        assertThat(BuildLineage.of(build).facts()).isEqualTo(recorded);
    }

    private WorkflowRun build(String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, false));
        return job.scheduleBuild2(0).waitForStart();
    }

    private static String status(WorkflowRun build) {
        return BuildLineage.of(build).facts().trainings().get(0).status();
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        for (int i = 0; i < 300 && !condition.call(); i++) {
            Thread.sleep(100);
        }
        assertThat(condition.call()).isTrue();
    }
}
