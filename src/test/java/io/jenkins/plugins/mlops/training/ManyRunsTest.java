package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hudson.model.Computer;
import hudson.model.Result;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.step.StepWork;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.test.steps.SemaphoreStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Two hundred builds that are in a step at once ({@code -Dmlops.manyRuns}), with servers that take their time. */
@WithJenkins
class ManyRunsTest {

    private static final int RUNS = Integer.getInteger("mlops.manyRuns", 200);

    /** Of {@code StepThreads}. */
    private static final int CONTROLLER_THREADS = 64;

    private static final int ONE_AGENT_THREADS = 64;

    private static final String GATE = """
            writeFile file: 'rules.yaml', text: 'rules:\\n- {metric: accuracy, direction: higher, threshold: 0.9}\\n'
            writeFile file: 'metrics.json', text: '{"accuracy": 0.97}'
            def gate = evaluationGate rules: 'rules.yaml', metrics: 'metrics.json'
            echo "gate ${gate.verdict}, run ${env.MLFLOW_RUN_ID}"
            """;

    @TempDir
    private Path directory;

    private JenkinsRule jenkins;
    private FakeMlflowServer mlflow;

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

    @Test
    void trainingsOfOneAgentQueueAndHoldNoThreadWhileTheirBlocksRunAndAllEndAsTheyShould() throws Exception {
        agentWithExecutors(RUNS);
        long before = heap();
        mlflow.creation = new CountDownLatch(1);
        List<WorkflowRun> builds = start("""
                        node('many') {
                            semaphore 'ready'
                            withMLflow('e') { semaphore 'inside' }
                        @GATE@
                        }
                        """.replace("@GATE@", GATE));
        release("ready", builds);
        int atOnce = Math.min(RUNS, ONE_AGENT_THREADS);
        eventually(() -> mlflow.calls("runs/create") >= atOnce);
        List<String> begun = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        for (WorkflowRun build : builds) {
            eventually(() -> String.valueOf(status(build)).startsWith("starting an MLflow run: "));
            String status = status(build);
            (status.contains(": working on the agent many") ? begun : waiting).add(status);
        }
        assertThat(begun).hasSize(atOnce);
        assertThat(waiting).allMatch(status -> status.endsWith(": waiting for its turn on the agent many"));
        assertThat(working()).isEqualTo(atOnce);
        tell("all want their runs", before);
        othersGoOn();
        otherAgentsGoOn();
        mlflow.creation.countDown();
        for (int i = 1; i <= RUNS; i++) {
            SemaphoreStep.waitForStart("inside/" + i, builds.get(i - 1));
        }
        eventually(() -> working() == 0);
        tell("all are in their blocks", before);
        othersGoOn();
        builds.get(0).doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(builds.get(0)));
        release("inside", builds);
        for (WorkflowRun build : builds.subList(1, RUNS)) {
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
            jenkins.assertLogContains("gate pass, run null", build);
        }
        eventually(() -> Collections.frequency(mlflow.statuses(), "FINISHED") == RUNS - 1);
        assertThat(mlflow.statuses()).hasSize(RUNS).contains("KILLED");
        for (WorkflowRun build : builds) {
            assertThat(OpenRuns.get().of(build)).isEmpty();
        }
        tell("all have ended", before);
    }

    @Test
    void workOfTheControllerQueuesForABoundedNumberOfThreadsAndHoldsNoExecutor() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        HttpServer store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.setExecutor(Executors.newCachedThreadPool());
        store.createContext("/", exchange -> {
            asked.incrementAndGet();
            answerWhen(open, exchange);
        });
        store.start();
        try {
            MlopsConfiguration.get()
                    .setObjectStores(List.of(new ObjectStoreProfile(
                            "slow", "http://127.0.0.1:" + store.getAddress().getPort())));
            List<WorkflowRun> builds = start("semaphore 'go'; resolveDataset manifest: 's3://sets/digits.json'");
            release("go", builds);
            eventually(() -> working() == CONTROLLER_THREADS);
            for (WorkflowRun build : builds) {
                assertThat(status(build)).startsWith("resolving s3://sets/digits.json");
            }
            assertThat(working()).isEqualTo(CONTROLLER_THREADS);
            assertThat(asked).hasValueLessThanOrEqualTo(CONTROLLER_THREADS);
            assertThat(Arrays.stream(jenkins.jenkins.getComputers())
                            .mapToInt(Computer::countBusy)
                            .sum())
                    .isZero();
            othersGoOn();
            open.countDown();
            for (WorkflowRun build : builds) {
                jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(build));
                jenkins.assertLogContains("ERROR: ", build);
                jenkins.assertLogContains("s3://sets/digits.json", build);
                jenkins.assertLogNotContains("\tat ", build);
            }
        } finally {
            open.countDown();
            store.stop(0);
        }
    }

    private List<WorkflowRun> start(String script) throws Exception {
        List<WorkflowRun> builds = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            WorkflowJob job = jenkins.createProject(WorkflowJob.class);
            job.setDefinition(new CpsFlowDefinition(script, true));
            builds.add(job.scheduleBuild2(0).waitForStart());
        }
        return builds;
    }

    /** Lets all builds go on at once. */
    private static void release(String semaphore, List<WorkflowRun> builds) throws Exception {
        for (int i = 1; i <= RUNS; i++) {
            SemaphoreStep.waitForStart(semaphore + "/" + i, builds.get(i - 1));
        }
        for (int i = 1; i <= RUNS; i++) {
            SemaphoreStep.success(semaphore + "/" + i, null);
        }
    }

    /** Enough for all builds from the start: a computer does not notice a node's change by itself. */
    private void agentWithExecutors(int executors) throws Exception {
        DumbSlave agent =
                new DumbSlave("many", directory.resolve("agent").toString(), jenkins.createComputerLauncher(null));
        agent.setLabelString("many");
        agent.setNumExecutors(executors);
        jenkins.jenkins.addNode(agent);
        jenkins.waitOnline(agent);
    }

    /** Pipelines and pages that need nothing of all this go on meanwhile. */
    private void othersGoOn() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("echo 'quick'", true));
        long begun = System.nanoTime();
        jenkins.buildAndAssertSuccess(job);
        long built = System.nanoTime();
        HttpResponse<Void> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(jenkins.getURL().toURI().resolve(job.getUrl() + "1/mlops/"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
        assertThat(answer.statusCode()).isIn(200, 404);
        System.out.printf(
                "  meanwhile: a build of one echo in %d ms, a page in %d ms%n",
                TimeUnit.NANOSECONDS.toMillis(built - begun), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - built));
    }

    /** Asked on the thread that runs the script, which therefore waits for nothing. */
    private static String status(WorkflowRun build) throws Exception {
        eventually(() -> build.getExecution() != null
                && !build.getExecution().getCurrentExecutions(true).get().isEmpty());
        return build.getExecution()
                .getCurrentExecutions(true)
                .get(1, TimeUnit.MINUTES)
                .get(0)
                .getStatus();
    }

    /** What one agent's work has to wait for is nothing to another's. */
    private void otherAgentsGoOn() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("node('built-in') { " + GATE + " }", true));
        jenkins.assertLogContains("gate pass, run null", jenkins.buildAndAssertSuccess(job));
    }

    /** Threads that do a step's work now. */
    private static long working() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Arrays.stream(stack)
                        .anyMatch(frame -> frame.getClassName().equals(StepWork.class.getName())
                                && frame.getMethodName().equals("attempt")))
                .count();
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void tell(String when, long before) {
        System.out.printf(
                "%d builds, %s: %d threads work for them, %d threads in all, %d MiB of heap more than before%n",
                RUNS, when, working(), ManagementFactory.getThreadMXBean().getThreadCount(), (heap() - before) >> 20);
    }

    private static void answerWhen(CountDownLatch open, HttpExchange exchange) throws IOException {
        try (exchange) {
            open.await();
            exchange.sendResponseHeaders(404, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(10).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("%d threads work", working()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }
}
