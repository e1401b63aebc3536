package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.Util;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.MlopsBuildAction;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/**
 * What older versions of this plugin wrote into Jenkins' home is read: the configuration, the record of a build with everything, and
 * a build that was within {@code withMLflow} when Jenkins was stopped for the update. The homes were written by those versions, and
 * are named by the commit.
 */
class OldVersionsTest {

    private static final Path HOMES = Path.of("src/test/resources/io/jenkins/plugins/mlops/old");

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    /** Without evaluations and clusters; then with both, before policies. */
    @ParameterizedTest
    @ValueSource(strings = {"dbde76d", "32c5da5"})
    void isRead(String version) throws Throwable {
        try (FakeMlflowServer mlflow = new FakeMlflowServer()) {
            copy(HOMES.resolve(version), sessions.getHome().toPath(), mlflow.port());
            mlflow.addRun("run0", "RUNNING", "none", "none");
            sessions.then(r -> {
                configuration(version);
                facts(r, version);
                goesOn(r, mlflow);
                MlopsConfiguration.get().save();
            });
            sessions.then(r -> configuration(version));
        }
    }

    private static void configuration(String version) {
        MlopsConfiguration configuration = MlopsConfiguration.get();
        assertThat(configuration.objectStore(null).getEndpoint()).isEqualTo("https://minio.example.org:9000");
        assertThat(configuration.objectStore("minio").getRegion()).isEqualTo("eu-central-1");
        assertThat(configuration.objectStore("minio").getCredentialsId()).isEqualTo("minio-keys");
        assertThat(configuration.mlflowServer(null).getName()).isEqualTo("fake");
        MlflowProfile direct = configuration.mlflowServer("direct");
        assertThat(direct.getArtifactStore()).isEqualTo("minio");
        assertThat(direct.getCredentialsId()).isEqualTo("mlflow-user");
        assertThat(direct.getTrainingCredentialsId()).isNull();
        assertThat(configuration.getPolicies()).isEmpty();
        assertThat(configuration.getCertificates()).isNull();
        if (version.equals("dbde76d")) {
            assertThat(configuration.getClusters()).isEmpty();
        } else {
            assertThat(configuration.cluster("gpu").getNamespace()).isEqualTo("trainings");
            assertThat(configuration.cluster("gpu").getProfile()).contains("outputs: s3://models/outputs");
        }
    }

    private static void facts(JenkinsRule r, String version) throws Exception {
        WorkflowRun done =
                r.jenkins.getItemByFullName("digits", WorkflowJob.class).getBuildByNumber(1);
        RunFacts facts = BuildLineage.of(done).facts();
        assertThat(facts.datasets()).hasSize(2);
        assertThat(facts.trainings()).hasSize(1);
        assertThat(facts.gates()).hasSize(1);
        assertThat(facts.gates().get(0).rules()).isNotEmpty();
        assertThat(facts.aliases()).hasSize(1);
        assertThat(facts.evaluations()).hasSize(version.equals("dbde76d") ? 0 : 1);
        assertThat(done.getAction(MlopsBuildAction.class)).isNotNull();
        try (JenkinsRule.WebClient web = r.createWebClient()) {
            web.getOptions().setJavaScriptEnabled(false);
            assertThat(web.getPage(done, "mlops/").getBody().getTextContent())
                    .contains("digits-train", facts.trainings().get(0).runId(), "models:/digits/2");
            assertThat(web.goTo(done.getUrl() + "mlops/api/json", "application/json")
                            .getWebResponse()
                            .getContentAsString())
                    .contains("\"problem\":null", "digits-train");
        }
        BuildLineage.of(done).update(before -> before.with(before.gates().get(0)));
        assertThat(BuildLineage.of(done).facts()).isEqualTo(facts);
    }

    private static void goesOn(JenkinsRule r, FakeMlflowServer mlflow) throws Exception {
        WorkflowRun open =
                r.jenkins.getItemByFullName("open", WorkflowJob.class).getBuildByNumber(1);
        Path workspace = workspace(open);
        copy(r.jenkins.getRootDir().toPath().resolve("workspace/open"), workspace, 0);
        try (Stream<Path> runs = Files.list(workspace.resolve(".mlops/jenkins"))) {
            for (Path run : runs.toList()) {
                Files.createDirectories(run.resolve("lineage")); // empty, which Git does not keep
            }
        }
        Instant deadline = Instant.now().plus(Duration.ofMinutes(1));
        List<InputStepExecution> waiting = List.of();
        while (waiting.isEmpty()) {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.sleep(100);
            InputAction input = open.getAction(InputAction.class);
            waiting = input == null ? List.of() : input.getExecutions();
        }
        waiting.get(0).proceed(null);
        r.assertBuildStatusSuccess(r.waitForCompletion(open));
        r.assertLogContains("went on", open);
        assertThat(mlflow.statuses()).containsExactly("FINISHED");
        assertThat(BuildLineage.of(open).facts().trainings())
                .singleElement()
                .satisfies(training -> assertThat(training.status()).isEqualTo("FINISHED"));
        Util.deleteRecursive(workspace.getParent().getParent().toFile());
    }

    /** Builds keep where they work as a whole path, which was in the temporary home of then. */
    private static Path workspace(WorkflowRun build) throws IOException {
        Matcher path = Pattern.compile("Running on Jenkins in (.*/j h\\d+/workspace/open)")
                .matcher(JenkinsRule.getLog(build));
        assertThat(path.find()).isTrue();
        return Path.of(path.group(1));
    }

    /** Files with the port of the server that they were written with have a placeholder for it. */
    private static void copy(Path from, Path to, int port) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                if (file.toString().endsWith("MlopsConfiguration.xml")
                        || file.toString().endsWith(".json")) {
                    Files.writeString(target, Files.readString(file).replace("@PORT@", String.valueOf(port)));
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
