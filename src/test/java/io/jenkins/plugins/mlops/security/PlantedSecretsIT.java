package io.jenkins.plugins.mlops.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.jenkins.support.SupportPlugin;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.EnvVars;
import hudson.ExtensionList;
import hudson.model.Label;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.PasswordParameterDefinition;
import hudson.model.PasswordParameterValue;
import hudson.model.Result;
import hudson.slaves.DumbSlave;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.ControllerDirectory;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.config.TrainingCluster;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * One build with every step of an agent, real servers and a secret in every place that takes one: while it runs and after it, none is in a
 * file of controller or agent, in an answer of Jenkins, or in a support bundle. The training's own credential cannot move an alias.
 */
@WithJenkins
class PlantedSecretsIT {

    private static final String PIPELINE = """
            node('far') {
                writeFile file: 'rules.yaml', text: 'rules:\\n- {metric: accuracy, direction: higher, threshold: 0.9}\\n'
                writeFile file: 'train.sh', text: '''set -e
                    mkdir -p "$MLOPS_MODEL_DIR"
                    cat "$MLOPS_DATASET_DIR"/* > "$MLOPS_MODEL_DIR/weights"
                    echo "$MLFLOW_RUN_ID" >> "$MLOPS_MODEL_DIR/weights"
                    echo '{"accuracy": 0.97}' > "$MLOPS_METRICS_FILE"
                    test -n "$MLOPS_SECRET_TOKEN" && test -n "$MLOPS_SECRET_DB_PASSWORD"
                    api() { curl -s -o answer -w '%{http_code}' -u "$MLFLOW_TRACKING_USERNAME:$MLFLOW_TRACKING_PASSWORD" \\
                        -H Content-Type:application/json -d "$2" "$MLFLOW_TRACKING_URI/api/2.0/mlflow/$1"; }
                    echo "as $MLFLOW_TRACKING_USERNAME: own run $(api runs/log-metric '{"run_id": "'$MLFLOW_RUN_ID'", "key": "loss", "value": 1, "timestamp": 1}')"
                    echo "alias $(api registered-models/alias '{"name": "@MODEL@", "alias": "champion", "version": "1"}')"
                    echo "version $(api model-versions/create '{"name": "@MODEL@", "source": "runs:/'$MLFLOW_RUN_ID'/model", "run_id": "'$MLFLOW_RUN_ID'"}')"
                '''
                sh '''
                    git init -q && git add rules.yaml train.sh
                    git -c user.name=t -c user.email=t@example.org commit -qm code
                    git remote add origin https://git.example/team/shapes.git
                '''
                writeFile file: '.mlops/training/circle.txt', text: 'a circle'
                writeFile file: '.mlops/evaluation/square.txt', text: 'a square'
                def training = publishDataset directory: '.mlops/training', name: 'shapes', to: 's3://@BUCKET@/datasets'
                def evaluation = publishDataset directory: '.mlops/evaluation', name: 'shapes-test', to: 's3://@BUCKET@/datasets'
                def resolved = resolveDataset manifest: training.source
                pullDataset manifest: resolved.source, into: '.mlops/in/training'
                pullDataset dataset: evaluation, into: '.mlops/in/evaluation', role: 'evaluation'
                withCredentials([string(credentialsId: 'token', variable: 'TOKEN')]) {
                    withMLflow(experiment: '@MODEL@', params: [epochs: 2, token: TOKEN, db: [password: params.PASS]],
                            sensitive: ['token', 'db.password'], seed: 7) {
                        sh 'sh train.sh'
                        input 'look'
                    }
                }
                evaluationGate rules: 'rules.yaml', model: '@MODEL@', name: 'quality'
                promoteModel name: '@MODEL@', reason: 'it is good'
            }
            """;

    private final TestServers.S3 s3 = TestServers.s3();
    private final TestServers.MlflowWithLogins mlflow = TestServers.mlflowWithLogins();
    private final String model = "shapes-" + UUID.randomUUID();
    private final Map<String, String> planted = new LinkedHashMap<>();
    private SecretSearch search;
    private JenkinsRule jenkins;
    private DumbSlave agent;

    @Test
    void noSecretIsAnywhere(JenkinsRule rule) throws Exception {
        jenkins = rule;
        // The test's own variables are no secrets of Jenkins, which keeps those of an agent in the state of a Pipeline.
        agent = jenkins.createOnlineSlave(
                Label.get("far"), new EnvVars("MLOPS_TEST_S3_SECRET_KEY", "", "MLOPS_TEST_MLFLOW_AUTH_PASSWORD", ""));
        String trainer = "trainer-" + UUID.randomUUID();
        for (String name : List.of(
                "trainer", "token", "typed", "cluster", "registry", "bitbucket", "webhook", "previous webhook")) {
            planted.put(name, name + "-" + UUID.randomUUID());
        }
        planted.put("keys of the store", s3.secretKey());
        planted.put("administrator of MLflow", mlflow.password());
        String key = Base64.getEncoder()
                .encodeToString(KeyPairGenerator.getInstance("Ed25519")
                        .generateKeyPair()
                        .getPrivate()
                        .getEncoded());
        planted.put("signing key", key);
        planted.put("a signed URL", "X-Amz-Signature=");
        search = new SecretSearch(planted);
        api("users/create", Map.of("username", trainer, "password", planted.get("trainer")));
        configure(trainer);
        firstVersion();

        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "shapes");
        job.addProperty(new ParametersDefinitionProperty(new PasswordParameterDefinition("PASS", "", "")));
        job.setDefinition(new CpsFlowDefinition(
                PIPELINE.replace("@BUCKET@", s3.newBucket()).replace("@MODEL@", model), true));
        WorkflowRun build = job.scheduleBuild2(
                        0, new ParametersAction(new PasswordParameterValue("PASS", planted.get("typed"))))
                .waitForStart();
        jenkins.waitForMessage("Proceed or Abort", build);
        jenkins.assertLogContains("as " + trainer + ": own run 200", build);
        jenkins.assertLogContains("alias 403", build);
        jenkins.assertLogContains("version 403", build);
        searchFiles("while it runs");

        proceed(build);
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(build));
        assertThat(ControllerDirectory.part("audit")).isNotEmptyDirectory();
        searchFiles("after it");
        searchAnswers(build);
        ByteArrayOutputStream bundle = new ByteArrayOutputStream();
        SupportPlugin.writeBundle(bundle, ExtensionList.lookup(com.cloudbees.jenkins.support.api.Component.class));
        assertThat(bundle.size()).isGreaterThan(10_000);
        assertThat(search.in(bundle.toByteArray())).as("the support bundle").isEmpty();
    }

    private void configure(String trainer) throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .addAll(List.of(
                        user("s3", s3.accessKey(), s3.secretKey()),
                        user("promoter", "admin", mlflow.password()),
                        user("trainer", trainer, planted.get("trainer")),
                        user("registry", "robot", planted.get("registry")),
                        text(
                                CredentialsScope.SYSTEM,
                                "signing",
                                "-----BEGIN PRIVATE KEY-----\n" + planted.get("signing key")
                                        + "\n-----END PRIVATE KEY-----\n"),
                        text(CredentialsScope.SYSTEM, "cluster", planted.get("cluster")),
                        text(CredentialsScope.SYSTEM, "bitbucket", planted.get("bitbucket")),
                        text(CredentialsScope.SYSTEM, "webhook", planted.get("webhook")),
                        text(CredentialsScope.SYSTEM, "previous", planted.get("previous webhook")),
                        text(CredentialsScope.GLOBAL, "token", planted.get("token"))));
        SystemCredentialsProvider.getInstance().save();
        ObjectStoreProfile store = new ObjectStoreProfile("store", s3.endpoint());
        store.setCredentialsId("s3");
        store.setRegion(s3.region());
        MlopsConfiguration.get().setObjectStores(List.of(store));
        MlflowProfile server = new MlflowProfile("lab", mlflow.uri().toString());
        server.setCredentialsId("promoter");
        server.setTrainingCredentialsId("trainer");
        MlopsConfiguration.get().setMlflowServers(List.of(server));
        MlopsConfiguration.get().setSigningKeyCredentialsId("signing");
        KubernetesCloud cloud = new KubernetesCloud("cloud");
        cloud.setServerUrl("https://127.0.0.1:1");
        cloud.setCredentialsId("cluster");
        jenkins.jenkins.clouds.add(cloud);
        TrainingCluster cluster = new TrainingCluster("gpu");
        cluster.setCloud("cloud");
        cluster.setStore("store");
        cluster.setRegistry("registry.example.org");
        cluster.setRegistryCredentialsId("registry");
        MlopsConfiguration.get().setClusters(List.of(cluster));
        BitbucketProfile bitbucket = new BitbucketProfile("bitbucket", "http://127.0.0.1:1");
        bitbucket.setCredentialsId("bitbucket");
        bitbucket.setWebhookSecretId("webhook");
        bitbucket.setPreviousWebhookSecretId("previous");
        MlopsConfiguration.get().setBitbucketServers(List.of(bitbucket));
        assertThat(bitbucket.webhookSecrets()).hasSize(2);
    }

    private static UsernamePasswordCredentialsImpl user(String id, String name, String password) throws Exception {
        return new UsernamePasswordCredentialsImpl(CredentialsScope.SYSTEM, id, null, name, password);
    }

    private static StringCredentialsImpl text(CredentialsScope scope, String id, String secret) {
        return new StringCredentialsImpl(scope, id, null, Secret.fromString(secret));
    }

    /** A model that is the administrator's, with an alias to be moved. */
    private void firstVersion() {
        try (MlflowServer admin = MlflowServer.connect(
                new MlflowSettings(mlflow.uri(), new MlflowSettings.Credentials("admin", mlflow.password(), null)),
                null)) {
            var run = admin.createRun(model + "-first", "first", Map.of());
            admin.createVersion(model, "runs:/" + run.runId() + "/model", run.runId(), Map.of());
        }
    }

    private void api(String method, Map<String, String> body) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(mlflow.uri() + "/api/2.0/mlflow/" + method))
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString(("admin:" + mlflow.password())
                                                                .getBytes(StandardCharsets.UTF_8)))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        io.jenkins.plugins.mlops.core.document.Documents.toJson(body)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static void proceed(WorkflowRun build) throws Exception {
        var input = build.getAction(org.jenkinsci.plugins.workflow.support.steps.input.InputAction.class);
        input.getExecutions().get(0).proceed(null);
    }

    private void searchFiles(String when) throws Exception {
        assertThat(search.below(jenkins.jenkins.getRootDir().toPath()))
                .as("the controller, " + when)
                .isEmpty();
        assertThat(search.below(Path.of(agent.getRemoteFS())))
                .as("the agent, " + when)
                .isEmpty();
    }

    private void searchAnswers(WorkflowRun build) throws Exception {
        try (JenkinsRule.WebClient browser = jenkins.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .withJavaScriptEnabled(false)) {
            browser.getOptions().setPrintContentOnFailingStatusCode(false);
            browser.getOptions().setCssEnabled(false);
            for (String page : List.of(
                    "api/json?depth=3",
                    "configure",
                    "job/shapes/config.xml",
                    "computer/api/json?depth=3",
                    "mlops-models/",
                    "mlops-models/api/json?depth=3",
                    build.getUrl(),
                    build.getUrl() + "api/json?depth=3",
                    build.getUrl() + "consoleText",
                    build.getUrl() + "parameters/",
                    build.getUrl() + "replay/",
                    build.getUrl() + "flowGraphTable/",
                    build.getUrl() + "mlops/",
                    build.getUrl() + "mlops/api/json?depth=3")) {
                assertThat(search.in(browser.goTo(page, null).getWebResponse().getContentAsString()))
                        .as(page)
                        .isEmpty();
            }
        }
    }
}
