package io.jenkins.plugins.mlops.step;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.FilePath;
import hudson.model.Result;
import hudson.model.TaskListener;
import hudson.slaves.DumbSlave;
import hudson.slaves.OfflineCause;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.jenkinsci.plugins.workflow.support.steps.AgentErrorCondition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.kohsuke.stapler.DataBoundConstructor;

/** Steps on an agent that goes away. The agent's process is real; files in the workspace tell what happens there. */
@WithJenkins
class AgentStepTest {

    private static final String PATIENCE = StepWork.class.getName() + ".patience";

    private JenkinsRule jenkins;
    private DumbSlave agent;
    private WorkflowRun build;
    private Path workspace;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        agent = jenkins.createOnlineSlave();
    }

    @AfterEach
    void tearDown() {
        System.clearProperty(PATIENCE);
    }

    @Test
    void workIsDoneAgainWhenTheAgentIsBack() throws Exception {
        start("");
        appears("working-1");
        assertThat(status()).isEqualTo("probing: working on the agent " + agent.getNodeName());
        lose();
        jenkins.waitForMessage("The agent " + agent.getNodeName() + " was lost: waiting up to 15 min for it", build);
        assertThat(status()).startsWith("probing: waiting for the agent " + agent.getNodeName());
        agent.toComputer().connect(true).get();
        appears("working-2");
        Files.writeString(workspace.resolve("go"), "");
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        jenkins.assertLogContains("The agent " + agent.getNodeName() + " is back after", build);
        jenkins.assertLogContains("result after attempt 2", build);
    }

    @Test
    void aStepMayBeStoppedWhileItWaits() throws Exception {
        start("");
        appears("working-1");
        lose();
        jenkins.waitForMessage("was lost", build);
        build.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
    }

    @Test
    void anAgentThatStaysAwayEndsTheStep() throws Exception {
        System.setProperty(PATIENCE, "1s");
        start("");
        appears("working-1");
        lose();
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(build));
        jenkins.assertLogContains(
                "ERROR: The agent " + agent.getNodeName() + " did not come back within 1 sec: bring it back", build);
        jenkins.assertLogNotContains("\tat ", build);
        assertThat(new AgentErrorCondition().test(build.getExecution().getCauseOfFailure(), null))
                .isTrue();
    }

    @Test
    void stoppingInterruptsTheWorkOnTheAgent() throws Exception {
        start("");
        appears("working-1");
        build.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        appears("interrupted");
    }

    @Test
    void whatAUserCanActOnIsToldInOneSentence() throws Exception {
        start("refuse");
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(build));
        jenkins.assertLogContains("ERROR: The agent refuses: ask it again", build);
        jenkins.assertLogNotContains("\tat ", build);
    }

    @Test
    void anErrorOfTheWorkEndsTheStepToo() throws Exception {
        start("error");
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(build));
        jenkins.assertLogContains("StackOverflowError: too deep", build);
    }

    private void start(String mode) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "node('" + agent.getNodeName() + "') { echo \"result after attempt ${probe('" + mode + "')}\" }",
                true));
        workspace = Path.of(agent.getRemoteFS(), "workspace", job.getName());
        build = job.scheduleBuild2(0).waitForStart();
    }

    private void lose() throws Exception {
        agent.toComputer().disconnect(new OfflineCause.ByCLI("a test")).get();
    }

    private String status() throws Exception {
        return build.getExecution().getCurrentExecutions(false).get().stream()
                .map(StepExecution::getStatus)
                .filter(status -> status != null && status.startsWith("probing"))
                .findFirst()
                .orElseThrow();
    }

    private void appears(String name) throws InterruptedException {
        for (int i = 0; i < 600 && !Files.exists(workspace.resolve(name)); i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        assertThat(workspace.resolve(name)).exists();
    }

    /** Says in its workspace that it works, until a file allows it to go on; returns which attempt that was. */
    public static final class ProbeStep extends Step {

        private final String mode;

        @DataBoundConstructor
        public ProbeStep(String mode) {
            this.mode = mode;
        }

        public String getMode() {
            return mode;
        }

        @Override
        public StepExecution start(StepContext context) throws Exception {
            return new Execution(context, mode);
        }

        private static final class Execution extends AgentStepExecution<String> {

            private static final long serialVersionUID = 1L;

            private final String mode;

            Execution(StepContext context, String mode) throws IOException, InterruptedException {
                super(context);
                this.mode = mode;
            }

            @Override
            protected String doing() {
                return "probing";
            }

            @Override
            protected String work(FilePath directory) throws IOException, InterruptedException {
                return directory.act(new Probe(mode));
            }
        }

        @TestExtension
        public static final class DescriptorImpl extends StepDescriptor {

            @Override
            public String getFunctionName() {
                return "probe";
            }

            @Override
            public Set<? extends Class<?>> getRequiredContext() {
                return Set.of(FilePath.class, TaskListener.class);
            }
        }
    }

    private static final class Probe extends AgentTask<String> {

        private static final long serialVersionUID = 1L;

        private final String mode;

        Probe(String mode) {
            this.mode = mode;
        }

        @Override
        protected String run(Path directory) throws IOException, InterruptedException {
            if (mode.equals("refuse")) {
                throw MlopsException.refused("The agent refuses: ask it again");
            }
            if (mode.equals("error")) {
                throw new StackOverflowError("too deep");
            }
            Files.createDirectories(directory);
            int attempt = 1;
            while (Files.exists(directory.resolve("working-" + attempt))) {
                attempt++;
            }
            Files.writeString(directory.resolve("working-" + attempt), "");
            try {
                while (!Files.exists(directory.resolve("go"))) {
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            } catch (InterruptedException e) {
                Files.writeString(directory.resolve("interrupted"), "");
                throw e;
            }
            return String.valueOf(attempt);
        }
    }
}
