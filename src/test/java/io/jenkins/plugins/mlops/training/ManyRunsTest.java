package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.ParametersAction;
import hudson.model.Result;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * Many runs of one pipeline at once on one controller: all are within {@code withMLflow} at the same time, then all are judged. What a
 * run costs is printed. {@code -Dmlops.manyRuns=200} runs more of them than the tests do.
 */
@WithJenkins
public class ManyRunsTest {

    private static final int RUNS = Integer.getInteger("mlops.manyRuns", 40);
    private static final Duration LIMIT = Duration.ofMinutes(15);

    private static volatile boolean released;

    /** For pipelines. */
    public static boolean released() {
        return released;
    }

    @Test
    void runTogetherOnABoundedNumberOfThreads(JenkinsRule r) throws Exception {
        released = false;
        r.jenkins.setNumExecutors(RUNS);
        WorkflowJob job = r.createProject(WorkflowJob.class, "many");
        job.setDefinition(new CpsFlowDefinition("""
                node {
                    withMLflow('e') {
                        waitUntil(initialRecurrencePeriod: 2000, quiet: true) { %s.released() }
                        writeFile file: 'evaluation.json', text: '{"accuracy": 0.95}'
                        writeFile file: 'rules.yaml', text: 'rules: [{metric: accuracy, direction: higher, threshold: 0.9}]'
                    }
                    evaluationGate rules: 'rules.yaml', metrics: 'evaluation.json'
                }
                """.formatted(ManyRunsTest.class.getName()), false));
        try (FakeMlflowServer mlflow = new FakeMlflowServer()) {
            mlflow.configure();
            long heap = heap();
            int threads = ManagementFactory.getThreadMXBean().getThreadCount();
            ManagementFactory.getThreadMXBean().resetPeakThreadCount();
            Instant start = Instant.now();
            List<WorkflowRun> builds = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                // Parameters keep Jenkins from making one build of several requests.
                builds.add(job.scheduleBuild2(
                                0, new ParametersAction(new StringParameterValue("NUMBER", String.valueOf(i))))
                        .waitForStart());
            }
            while (mlflow.statuses().size() < RUNS || !allWithin(builds)) {
                assertThat(Instant.now()).isBefore(start.plus(LIMIT));
                Thread.sleep(500);
            }
            Duration together = Duration.between(start, Instant.now());
            Map<String, Long> ours = ours();
            long all = heap();
            released = true;
            for (WorkflowRun build : builds) {
                r.assertBuildStatus(Result.SUCCESS, r.waitForCompletion(build));
            }
            System.out.println(RUNS + " runs: together after " + together.toSeconds() + " s, ended after "
                    + Duration.between(start, Instant.now()).toSeconds() + " s; heap " + heap + " MiB before, " + all
                    + " MiB with all; threads " + threads + " before, at most "
                    + ManagementFactory.getThreadMXBean().getPeakThreadCount()
                    + "; of this plugin while all wait " + ours);
            assertThat(ours.values().stream().mapToLong(Long::longValue).sum())
                    .as("a run that is within its block holds no thread of this plugin")
                    .isLessThanOrEqualTo(64 + 16);
            assertThat(mlflow.statuses()).hasSize(RUNS).containsOnly("FINISHED");
            for (WorkflowRun build : builds) {
                RunFacts facts = BuildLineage.of(build).facts();
                assertThat(facts.trainings()).hasSize(1);
                assertThat(facts.gates())
                        .singleElement()
                        .satisfies(gate -> assertThat(gate.verdict()).isEqualTo("pass"));
            }
        }
    }

    private static boolean allWithin(List<WorkflowRun> builds) {
        return builds.stream()
                .allMatch(build -> BuildLineage.of(build).facts().trainings().stream()
                        .anyMatch(training -> training.runId() != null));
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
    }

    /** Threads of this plugin by the name of their pool. */
    private static Map<String, Long> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains("MLOps"))
                .map(name -> name.replaceAll("[ #:\\[].*(\\d+).*", ""))
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
    }
}
