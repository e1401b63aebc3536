package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.training.ClusterController.Outcome;
import io.jenkins.plugins.mlops.training.ClusterController.Review;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training that is done again while Jenkins is stopped, or killed, at each turn. */
class RerunRestartKubernetesIT extends ClusterTrainingFixture {

    private static final int LINES = 300;

    @Override
    String jenkinsfile() {
        return """
                node { checkout scm }
                trainModel(spec: 'code/train.yaml', params: [lines: %d])
                echo 'the first Jenkinsfile is done'
                """.formatted(LINES);
    }

    /** Between the plan that is shown and the click, between the click and the build, and during the training. */
    @ParameterizedTest(name = "{0}, killed: {1}")
    @CsvSource({"reproduce, true, Reproduced", "retrain-data, false, Retrained with the newest dataset"})
    void aTrainingIsDoneAgainThoughJenkinsGoesAwayAtEachTurn(String kind, boolean killed, String done)
            throws Throwable {
        String commit = begin();
        Outcome first = success("train");
        letTheBranchGoOn();

        Review review = jenkins.runRemotely(ClusterController::review, "train", kind);
        restart(killed);
        jenkins.runRemotely(ClusterController::quietDown);
        jenkins.runRemotely(ClusterController::confirm, review);
        assertThat(jenkins.runRemotely(ClusterController::lastBuild, "train")).isEqualTo(1);
        restart(killed);
        awaitBuild(2);
        await("train", "line 5");
        restart(killed);

        Outcome second = success("train");
        assertThat(jenkins.runRemotely(ClusterController::lastBuild, "train")).isEqualTo(2);
        assertThat(second.log())
                .contains(": the training of #1", "the first Jenkinsfile is done", done + ": all 1 metrics agree");
        assertThat(second.log().lines().filter(line -> line.startsWith("line ")).toList())
                .isEqualTo(IntStream.range(0, LINES).mapToObj(i -> "line " + i).toList());
        assertThat(second.training().commit()).isEqualTo(commit);
        assertThat(second.training().modelDigest()).isEqualTo(first.training().modelDigest());
        assertThat(Files.readString(record(second))).contains("\"repeats\"", "\"" + kind + "\"");
        assertThat(jenkins.runRemotely(ClusterController::comparison, "train"))
                .contains("an audit", done + ": all 1 metrics agree, the model is the same, byte for byte");
        assertNothingIsLeft();
    }

    private void restart(boolean killed) throws Throwable {
        if (killed) {
            jenkins.stopJenkinsForcibly();
        } else {
            jenkins.stopJenkins();
        }
        jenkins.startJenkins();
    }

    private void awaitBuild(int number) throws Throwable {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (jenkins.runRemotely(ClusterController::lastBuild, "train") < number) {
            assertThat(System.nanoTime()).as("the build is lost").isLessThan(until);
            Thread.sleep(200);
        }
    }
}
