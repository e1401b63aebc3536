package io.jenkins.plugins.mlops.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Label;
import hudson.model.Result;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.policy.FolderPolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Trainings whose artifacts MLflow leaves to an object store: agents add and read them without its keys. */
@WithJenkins
class ArtifactsInStoreIT {

    @Test
    void modelsAreAddedAndReadWithoutKeys(JenkinsRule jenkins) throws Exception {
        URI mlflow = TestServers.mlflow();
        TestServers.S3 s3 = TestServers.s3();
        String bucket = s3.newBucket();
        String name = "in-store-" + UUID.randomUUID();
        HttpResponse<String> made = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(mlflow.resolve("/api/2.0/mlflow/experiments/create"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + name
                                        + "\",\"artifact_location\":\"s3://" + bucket + "/mlflow\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        try (S3Gate gate = new S3Gate(URI.create(s3.endpoint()))) {
            SystemCredentialsProvider.getInstance()
                    .getCredentials()
                    .add(new UsernamePasswordCredentialsImpl(
                            CredentialsScope.SYSTEM, "keys", null, s3.accessKey(), s3.secretKey()));
            ObjectStoreProfile store = new ObjectStoreProfile("gate", "http://127.0.0.1:" + gate.port());
            store.setCredentialsId("keys");
            MlflowProfile server = new MlflowProfile("test", mlflow.toString());
            server.setArtifactStore("gate");
            MlopsConfiguration.get().setObjectStores(List.of(store));
            MlopsConfiguration.get().setMlflowServers(List.of(server));
            jenkins.createOnlineSlave(Label.get("far"));
            WorkflowRun first = build(
                    jenkins,
                    Result.SUCCESS,
                    "node('far') { withMLflow('" + name + "') { sh 'echo one > \"$MLOPS_MODEL_DIR/weights\"';"
                            + " echo \"RUN $MLFLOW_RUN_ID\" } }");
            String runId = JenkinsRule.getLog(first)
                    .lines()
                    .filter(line -> line.startsWith("RUN "))
                    .findFirst()
                    .orElseThrow()
                    .substring(4);
            assertThat(gate.withKeys()).isEmpty();
            assertThat(gate.withoutKeys())
                    .anyMatch(request -> request.startsWith("PUT ")
                            && request.contains("/mlflow/" + runId + "/artifacts/model/weights"));
            try (MlflowServer registry = MlflowServer.connect(new MlflowSettings(mlflow, null), null)) {
                registry.createVersion(name, "runs:/" + runId + "/model", runId, Map.of());
            }
            WorkflowRun second = build(
                    jenkins,
                    Result.SUCCESS,
                    "node('far') { withMLflow(experiment: '" + name + "', parent: 'models:/" + name + "/1') {"
                            + " sh 'cat \"$MLOPS_PARENT_MODEL_DIR/weights\" > \"$MLOPS_MODEL_DIR/weights\"' } }");
            assertThat(gate.withKeys()).isEmpty();
            assertThat(gate.withoutKeys())
                    .anyMatch(request -> request.startsWith("GET ")
                            && request.contains("/mlflow/" + runId + "/artifacts/model/weights"));
            assertThat(JenkinsRule.getLog(second)).doesNotContain("X-Amz-Signature");

            FolderPolicy policy = new FolderPolicy("");
            policy.setLocations(List.of("s3://another"));
            MlopsConfiguration.get().setPolicies(List.of(policy));
            WorkflowRun refused = build(
                    jenkins,
                    Result.FAILURE,
                    "node('far') { withMLflow('" + name + "') { sh 'echo one > \"$MLOPS_MODEL_DIR/weights\"' } }");
            jenkins.assertLogContains("does not allow the location 's3://" + bucket + "/mlflow/", refused);
        }
    }

    private static WorkflowRun build(JenkinsRule jenkins, Result expected, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return jenkins.assertBuildStatus(expected, job.scheduleBuild2(0));
    }
}
