package io.jenkins.plugins.mlops;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketStandIn;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.training.TestMlflow;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * Controllers with the packaged plugin that end at random moments of each step in turn: {@code -Dkills.count} times in all, after
 * {@code -Dkills.seed}, which a failure tells. Most are killed by SIGKILL, some stop as Jenkins does when it is asked to; some are killed
 * again as soon as they are back. Each time the build has to succeed with the exact results that it has without.
 */
class RandomKillsIT {

    private static final int FEW = 3;
    private static final int MOMENTS_SECONDS = 300;

    /** How many of a hundred stop when they are asked to, and are not killed. */
    private static final int STOPPED_PERCENT = 25;

    /** How many of a hundred are killed once more. */
    private static final int AGAIN_PERCENT = 25;

    /** The longest that a controller lives that is killed once more. */
    private static final int AGAIN_MILLIS = 1500;

    /**
     * When it ends: a random time after something is said in the build's log.
     *
     * @param times how often the pipeline says it
     * @param spanMillis about as long as what then begins takes
     */
    private record Moment(String line, int times, int spanMillis) {

        static Moment step(String name, int times, int spanMillis) {
            return new Moment("[Pipeline] " + name + "\n", times, spanMillis);
        }
    }

    private static final List<Moment> MOMENTS = List.of(
            Moment.step("publishDataset", 1, 1500),
            Moment.step("promoteModel", 2, 700),
            Moment.step("pullDataset", 1, 1200),
            new Moment(KilledPipeline.TRAINED, 2, 1200),
            Moment.step("rollbackModel", 1, 600),
            Moment.step("resolveDataset", 1, 300),
            Moment.step("withMLflow", 2, 600),
            Moment.step("evaluationGate", 2, 300),
            Moment.step("checkDataset", 1, 400),
            Moment.step("reportToBitbucket", 1, 500),
            new Moment("Finished: SUCCESS\n", 1, 800));

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension().withTimeout(0);

    private final TestServers.S3 s3 = TestServers.s3();

    @Test
    void everyStepSurvivesTheDeathOfTheControllerAtAnyMoment() throws Throwable {
        int count = Integer.getInteger("kills.count", FEW);
        long seed = Long.getLong("kills.seed", 1);
        String bucket = s3.newBucket();
        List<String> failures = new ArrayList<>();
        PackagedPlugin.install(jenkins);
        ControllerLog log = ControllerLog.of(jenkins);
        try (BitbucketStandIn bitbucket = new BitbucketStandIn(BitbucketKind.DATA_CENTER)) {
            jenkins.startJenkins();
            jenkins.runRemotely(
                    KilledPipeline::configure,
                    s3,
                    TestServers.mlflow().toString(),
                    bitbucket.address().toString());
            int kills = 0;
            for (long own = seed; kills < count; own++) {
                StringBuilder story = new StringBuilder();
                try {
                    kills += build(own, bucket, bitbucket, story);
                } catch (Exception | AssertionError e) {
                    StringWriter trace = new StringWriter();
                    e.printStackTrace(new PrintWriter(trace));
                    story.append(" FAILED: ").append(e);
                    failures.add("-Dkills.seed=" + own + " -Dkills.count=1: " + story + "\n" + trace);
                    kills++;
                }
                System.out.println("seed " + own + ": " + story);
            }
            jenkins.stopJenkins();
        }
        assertThat(failures).isEmpty();
        log.assertNothingRefused();
    }

    /** Runs one build. @return how often the controller ended meanwhile */
    private int build(long seed, String bucket, BitbucketStandIn bitbucket, StringBuilder story) throws Throwable {
        Random random = new Random(seed);
        Moment moment = MOMENTS.get((int) Math.floorMod(seed - 1, (long) MOMENTS.size()));
        int time = 1 + random.nextInt(moment.times());
        int delay = random.nextInt(moment.spanMillis());
        int again = random.nextInt(100) < AGAIN_PERCENT ? random.nextInt(AGAIN_MILLIS) : -1;
        boolean stopped = random.nextInt(100) < STOPPED_PERCENT;
        String model = "drawings-" + seed + "-" + UUID.randomUUID();
        try (TestMlflow mlflow = TestMlflow.assumed()) {
            KilledPipeline.merge(bitbucket, model, seed);
            jenkins.runRemotely(KilledPipeline::begin, model, mlflow.experiment(), bucket, seed);
            await(jenkins.getHome().toPath().resolve("jobs/" + model + "/builds/1/log"), moment.line(), time);
            TimeUnit.MILLISECONDS.sleep(delay);
            if (stopped) {
                jenkins.stopJenkins();
            } else {
                jenkins.stopJenkinsForcibly();
            }
            story.append(stopped ? "stopped " : "killed ")
                    .append(delay)
                    .append(" ms after '")
                    .append(moment.line().strip())
                    .append("', time ")
                    .append(time);
            jenkins.startJenkins();
            if (again >= 0) {
                TimeUnit.MILLISECONDS.sleep(again);
                jenkins.stopJenkinsForcibly();
                story.append(", and again ").append(again).append(" ms after its return");
                jenkins.startJenkins();
            }
            jenkins.runRemotely(KilledPipeline::account, model);
            assertThat(mlflow.runs()).hasSize(2).allMatch(run -> run.status() == RunStatus.FINISHED);
            assertThat(mlflow.server().versions(model)).hasSize(2);
            assertThat(mlflow.server().byAlias(model, "champion").map(ModelVersion::version))
                    .contains(1);
            KilledPipeline.assertReported(bitbucket, model);
            assertNothingOpen();
        }
        return again >= 0 ? 2 : 1;
    }

    private void assertNothingOpen() throws IOException {
        try (Stream<Path> notes = Files.list(jenkins.getHome().toPath().resolve("mlops/open-runs"))) {
            assertThat(notes).isEmpty();
        }
    }

    private static void await(Path log, String line, int times) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(MOMENTS_SECONDS).toNanos();
        while (!Files.exists(log) || count(Files.readString(log, StandardCharsets.ISO_8859_1), line) < times) {
            assertThat(System.nanoTime())
                    .as("'%s' is said %d times in %s", line, times, log)
                    .isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static int count(String text, String part) {
        int found = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            found++;
        }
        return found;
    }
}
