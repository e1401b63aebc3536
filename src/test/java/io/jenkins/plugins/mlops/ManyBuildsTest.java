package io.jenkins.plugins.mlops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.MlopsBuildAction;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.htmlunit.Page;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** A job with 10,000 builds: what is asked of it costs what it would with a few, and loads few of them. */
@WithJenkins
class ManyBuildsTest {

    private static final int BUILDS = Integer.getInteger("mlops.manyBuilds", 10_000);

    /** Of a page, after it was asked for once; generous, for machines that do much else. */
    private static final long MAX_MILLIS = 5_000;

    @Test
    void pagesOfAJobWithManyBuildsLoadFewOfThem(JenkinsRule r) throws Exception {
        WorkflowJob job = ManyBuilds.job(r, "digits", BUILDS);
        WorkflowRun last = job.getLastBuild();
        assertEquals(BUILDS, last.getNumber());
        assertNotNull(last.getAction(MlopsBuildAction.class));
        assertEquals(ManyBuilds.passes(BUILDS) ? Result.SUCCESS : Result.FAILURE, last.getResult());
        assertEquals(
                "FINISHED",
                BuildLineage.of(last).facts().lastTraining().orElseThrow().status());

        Map<String, Long> millis = new TreeMap<>();
        JenkinsRule.WebClient web = r.createWebClient();
        web.getOptions().setJavaScriptEnabled(false);
        for (String page : List.of(
                job.getUrl(),
                last.getUrl(),
                last.getUrl() + "mlops/",
                last.getUrl() + "mlops/api/json",
                job.getBuildByNumber(1).getUrl() + "mlops/")) {
            web.goTo(page, null);
            long start = System.nanoTime();
            Page got = web.goTo(page, null);
            millis.put(page, (System.nanoTime() - start) / 1_000_000);
            assertEquals(200, got.getWebResponse().getStatusCode());
        }
        job.setDefinition(new CpsFlowDefinition("echo 'trains'", true));
        WorkflowRun next = r.buildAndAssertSuccess(job);
        assertEquals(BUILDS + 1, next.getNumber());

        int loaded = job.getLazyBuildMixIn()._getRuns().getLoadedBuilds().size();
        System.out.println(BUILDS + " builds: " + millis + " ms, loaded " + loaded + ", heap "
                + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / (1 << 20) + " MiB");
        assertTrue(loaded < 500, () -> loaded + " builds were loaded");
        millis.forEach((page, took) -> assertTrue(took < MAX_MILLIS, () -> page + " took " + took + " ms"));
    }
}
