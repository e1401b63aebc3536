package io.jenkins.plugins.mlops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.jenkins.plugins.mlops.DigitsController.Job;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * The story of docs/jenkins-quickstart.md with both Jenkinsfiles of pipelines/digits: a controller with the packaged plugin,
 * configured by that page's YAML; an inbound agent that runs everything; Git, S3 and MLflow.
 */
class DigitsPipelineIT {

    private static final String VENV = System.getenv("MLOPS_TEST_VENV");

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Two stories on two processors that do other things besides. */
    private static final int TIMEOUT_SECONDS = 1800;

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withTimeout(TIMEOUT_SECONDS)
            .javaOptions("-Dhudson.plugins.git.GitSCM.ALLOW_LOCAL_CHECKOUT=true");

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    @TempDir
    private Path directory;

    private final URI mlflow = TestServers.mlflow();
    private final TestServers.S3 s3 = TestServers.s3();
    private String bucket;
    private final HttpClient http = HttpClient.newHttpClient();

    /** What a build came to, as a test sees it from outside. */
    private record Outcome(String result, String log, JsonNode page) {}

    @BeforeEach
    void startJenkins() throws Throwable {
        assumeTrue(VENV != null, "the environment has no MLOPS_TEST_VENV: run it with testing/servers");
        bucket = s3.newBucket();
        PackagedPlugin.install(jenkins);
        Path configuration = directory.resolve("jenkins.yaml");
        Files.writeString(configuration, DigitsProject.configuration() + "jenkins:\n  numExecutors: 0\n");
        jenkins.extraEnv("CASC_JENKINS_CONFIG", configuration.toString())
                .extraEnv("AWS_ACCESS_KEY_ID", s3.accessKey())
                .extraEnv("AWS_SECRET_ACCESS_KEY", s3.secretKey())
                .extraEnv("AWS_ENDPOINT_URL_S3", s3.endpoint())
                .extraEnv("MLFLOW_TRACKING_URI", mlflow.toString());
        jenkins.startJenkins();
        agents.createAgent(jenkins, "trainer");
    }

    @Test
    void bothJenkinsfilesTellTheStory() throws Throwable {
        Path team = directory.resolve("team");
        String commit = DigitsProject.repository(team, DigitsProject.PIPELINE.toString());
        story(job("declarative", team, DigitsProject.PIPELINE + "/Jenkinsfile"), commit);

        Path copy = directory.resolve("copy");
        String copied = DigitsProject.repository(copy, "");
        story(job("scripted", copy, "Jenkinsfile.scripted"), copied);
    }

    private void story(Job job, String commit) throws Throwable {
        jenkins.runRemotely(DigitsController::create, job);

        Outcome first = build(job, Map.of());
        assertThat(first.result()).as(first.log()).isEqualTo("SUCCESS");
        int champion = champion();
        assertThat(first.page().at("/datasets").findValuesAsText("name")).contains("digits", "digits-evaluation");
        assertThat(first.page().at("/trainings/0/commit").asText()).isEqualTo(commit);
        assertThat(first.page().at("/trainings/0/status").asText()).isEqualTo("FINISHED");
        assertThat(first.page().at("/gates/0/verdict").asText()).isEqualTo("pass");
        assertThat(first.page().at("/aliases/0/version").asInt()).isEqualTo(champion);
        JsonNode run = mlflow("runs/get?run_id="
                        + first.page().at("/trainings/0/runId").asText())
                .at("/run");
        assertThat(run.at("/info/status").asText()).isEqualTo("FINISHED");
        assertThat(tag(run, "mlops.commit")).isEqualTo(commit);
        assertThat(tag(run, "mlops.dataset.training")).isEqualTo(pulled(first, "training"));

        Outcome damaged = build(job, Map.of("DATASET", "damaged"));
        assertThat(damaged.result()).as(damaged.log()).isEqualTo("FAILURE");
        assertThat(damaged.page().at("/gates/0/verdict").asText()).isEqualTo("fail");
        assertThat(damaged.page().at("/aliases")).isEmpty();
        assertThat(pulled(damaged, "training")).isNotEqualTo(pulled(first, "training"));
        assertThat(champion()).as("the champion stays").isEqualTo(champion);

        Outcome fineTuned = build(job, Map.of("DATASET", "nights", "FROM_CHAMPION", true));
        assertThat(fineTuned.result()).as(fineTuned.log()).isEqualTo("SUCCESS");
        assertThat(fineTuned.log()).contains("fine-tuning the parent model");
        assertThat(pulled(fineTuned, "evaluation")).isEqualTo(pulled(first, "evaluation"));
        assertThat(champion()).isGreaterThan(champion);
        assertThat(fineTuned.page().at("/aliases/0/previous").asInt()).isEqualTo(champion);

        Outcome back = build(job, Map.of("ROLL_BACK", true));
        assertThat(back.result()).as(back.log()).isEqualTo("SUCCESS");
        assertThat(champion()).isEqualTo(champion);

        for (Outcome outcome : List.of(first, damaged, fineTuned, back)) {
            assertThat(outcome.log()).doesNotContain(s3.secretKey());
        }
    }

    private Job job(String name, Path repository, String scriptPath) {
        return new Job(name, repository.toUri().toString(), scriptPath, "s3://" + bucket + "/" + name, VENV);
    }

    private Outcome build(Job job, Map<String, Serializable> parameters) throws Throwable {
        int number = jenkins.runRemotely(DigitsController::build, job, new HashMap<>(parameters));
        String build = page(job.name() + "/" + number);
        String log = get(build + "consoleText");
        return new Outcome(
                JSON.readTree(get(build + "api/json")).path("result").asText(), log, told(build + "mlops/api/json"));
    }

    private String page(String path) throws IOException {
        return jenkins.getUrl() + "job/" + path + "/";
    }

    /** The version of the dataset that a build pulled in a role. */
    private static String pulled(Outcome outcome, String role) {
        for (JsonNode use : outcome.page().path("datasets")) {
            if (use.path("action").asText().equals("pulled")
                    && use.path("role").asText().equals(role)) {
                return use.path("version").asText();
            }
        }
        throw new AssertionError("nothing was pulled for " + role + ": " + outcome.page());
    }

    private int champion() throws IOException, InterruptedException {
        return mlflow("registered-models/alias?name=digits&alias=champion")
                .at("/model_version/version")
                .asInt();
    }

    private static String tag(JsonNode run, String key) {
        for (JsonNode tag : run.at("/data/tags")) {
            if (tag.path("key").asText().equals(key)) {
                return tag.path("value").asText();
            }
        }
        throw new AssertionError("the run has no tag " + key + ": " + run.at("/data/tags"));
    }

    private JsonNode mlflow(String question) throws IOException, InterruptedException {
        return JSON.readTree(get(mlflow + "/api/2.0/mlflow/" + question));
    }

    /** What the build's page tells; nothing when the build has none, since no step got so far. */
    private JsonNode told(String url) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(url);
        return answer.statusCode() == 404 ? MissingNode.getInstance() : JSON.readTree(answer.body());
    }

    private String get(String url) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(url);
        assertThat(answer.statusCode()).as(url).isEqualTo(200);
        return answer.body();
    }

    private HttpResponse<String> send(String url) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
