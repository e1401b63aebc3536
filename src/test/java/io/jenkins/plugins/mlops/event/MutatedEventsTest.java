package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.plugins.git.GitSCM;
import io.jenkins.plugins.mlops.core.event.EventSignature;
import io.jenkins.plugins.mlops.core.event.Mutation;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What both products send, spoiled in ten thousand ways, half of it signed as if Bitbucket itself had spoiled it. */
@WithJenkins
class MutatedEventsTest {

    private static final int MUTATIONS = 10_000;

    @TempDir
    private Path directory;

    @AfterEach
    void noLocalCheckouts() {
        GitSCM.ALLOW_LOCAL_CHECKOUT = false;
    }

    @Test
    void noMutationIsAServerErrorAWrongBuildOrABuildWithoutSignature(JenkinsRule jenkins) throws Exception {
        GitSCM.ALLOW_LOCAL_CHECKOUT = true;
        Webhook.configure();
        Webhook bitbucket = new Webhook(jenkins.getURL().toURI(), Webhook.SECRET);
        MergedRepository repository = new MergedRepository(directory.resolve("r"), "echo 'built first'");
        WorkflowJob job = MergeJobs.create(jenkins, "trains", repository, true);
        String merged = repository.merge("echo 'built merged'");
        repository.commit("echo 'built tip'");
        byte[][] bodies = {Webhook.merged(5, merged), Webhook.fulfilled("example/trainer", 2, "1986c2284946")};
        String[] keys = {"pr:merged", "pullrequest:fulfilled"};
        Random random = new Random(9);

        Map<Integer, Integer> unsigned = new TreeMap<>();
        for (int n = 0; n < MUTATIONS / 2; n++) {
            byte[] body = Mutation.of(bodies[n % 2], random);
            String signature =
                    switch (n % 3) {
                        case 0 -> null;
                        case 1 -> EventSignature.of(body, "another secret");
                        default -> EventSignature.of(anythingBut(body, random), Webhook.SECRET);
                    };
            unsigned.merge(bitbucket.send(keys[n % 2], body, signature).statusCode(), 1, Integer::sum);
        }
        assertThat(unsigned).containsOnlyKeys(403);
        assertThat(MergeInbox.get().kept()).isEmpty();
        assertThat(job.getLastBuild()).isNull();

        Map<Integer, Integer> signed = new TreeMap<>();
        for (int n = 0; n < MUTATIONS / 2; n++) {
            byte[] body = Mutation.of(bodies[n % 2], random);
            signed.merge(bitbucket.send(keys[n % 2], body).statusCode(), 1, Integer::sum);
        }
        signed.merge(bitbucket.send(5, merged), 1, Integer::sum);
        assertThat(signed.keySet()).as("" + signed).isSubsetOf(200, 202, 400);
        MergeJobs.await(() -> job.getLastBuild() != null);
        jenkins.waitUntilNoActivityUpTo(300_000);

        int built = 0;
        for (WorkflowRun build : job.getBuilds()) {
            String log = jenkins.getLog(build);
            assertThat(log).doesNotContain("built first", "built tip");
            if (log.contains("built merged")) {
                assertThat(build.getAction(MergeAction.class).getMergeCommit()).isEqualTo(merged);
                built++;
            } else {
                assertThat(log).contains("cannot be read from");
            }
        }
        assertThat(built).as("builds of the one merge").isEqualTo(1);
    }

    /** A mutation may change nothing. */
    private static byte[] anythingBut(byte[] body, Random random) {
        byte[] other = body;
        while (Arrays.equals(other, body)) {
            other = Mutation.of(body.length == 0 ? new byte[] {1} : body, random);
        }
        return other;
    }
}
