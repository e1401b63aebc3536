package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Set {@code MLOPS_BENCH_LOG}, to 500 say, to see how fast so many MiB of a training's output get into a build's log, and in how much heap. */
@WithJenkins
@EnabledIfEnvironmentVariable(named = "MLOPS_BENCH_LOG", matches = "[0-9]+")
class LogFloodTest {

    private static final int MIB = Integer.parseInt(System.getenv().getOrDefault("MLOPS_BENCH_LOG", "0"));

    @Test
    void whatATrainingPrintsPassesInLittleMemory(JenkinsRule jenkins) throws Exception {
        try (FakeMlflowServer mlflow = new FakeMlflowServer()) {
            mlflow.configure();
            for (String words : new String[] {"cat", "tr '\\\\n' '\\\\r'", "tr -d ' \\\\n'"}) {
                run(jenkins, words);
            }
        }
    }

    private static void run(JenkinsRule jenkins, String filter) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "node { withMLflow('e') { sh \"set +x; yes 'epoch 1 of 90, loss 0.123456, 123 images/s' | head -c "
                        + MIB + "M | " + filter + "\" } }",
                true));
        System.gc();
        ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
        long begun = System.nanoTime();
        WorkflowRun build = jenkins.buildAndAssertSuccess(job);
        double seconds = (System.nanoTime() - begun) / 1e9;
        long peak = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
        System.out.printf(
                "%s: %d MiB of log in %.1f s, %d MiB of heap at most%n",
                filter, build.getLogFile().length() >> 20, seconds, peak >> 20);
        assertThat(build.getLogFile().length()).isGreaterThan((long) (MIB * 0.8) << 20);
    }
}
