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
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.event.BitbucketMergeTrigger;
import io.jenkins.plugins.mlops.event.DatasetPublishedTrigger;
import io.jenkins.plugins.mlops.event.MergeJobs;
import io.jenkins.plugins.mlops.event.Notifications;
import io.jenkins.plugins.mlops.event.Webhook;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.rerun.TestReruns;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.SimpleFormatter;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;
import org.htmlunit.WebResponse;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * A build with every step of an agent, real servers and a secret in every place that takes one; reports that wait for Bitbucket, merges and
 * notifications that were proven by a secret, and the training done again. While the build runs and after all, no secret is in a file of
 * controller or agent, in an answer of Jenkins, in what a log recorder of all levels gets, or in a support bundle. The training's own
 * credential cannot move an alias.
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
                    rm -rf .git && git init -q && git add rules.yaml train.sh
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
                    withMLflow(experiment: '@MODEL@', params: [epochs: 2, token: TOKEN, db: [password: params.PASS ?: TOKEN]],
                            sensitive: ['token', 'db.password'], seed: 7) {
                        sh 'sh train.sh'
                        @WITHIN@
                    }
                }
                @AFTER@
            }
            """;

    private static final String AFTER = """
                evaluationGate rules: 'rules.yaml', model: '@MODEL@', name: 'quality'
                promoteModel name: '@MODEL@', reason: 'it is good'
                reportToBitbucket repository: 'ML/trainer', commit: '@COMMIT@', pullRequest: 7, branch: 'main'
            """;

    private static final String COMMIT = "b2c3d4e5".repeat(5);

    private static final int LOGGED = 100_000;

    private final LogRecorder log = new LogRecorder();
    private final TestServers.S3 s3 = TestServers.s3();
    private final TestServers.MlflowWithLogins mlflow = TestServers.mlflowWithLogins();
    private final String model = "shapes-" + UUID.randomUUID();
    private final Map<String, String> planted = new LinkedHashMap<>();
    private SecretSearch search;
    private JenkinsRule jenkins;
    private DumbSlave agent;

    @AfterEach
    void closed() {
        log.close();
    }

    @Test
    void noSecretIsAnywhere(JenkinsRule rule) throws Exception {
        jenkins = rule;
        log.record("io.jenkins.plugins.mlops", Level.ALL).capture(LOGGED).quiet();
        // The test's own variables are no secrets of Jenkins, which keeps those of an agent in the state of a Pipeline.
        agent = jenkins.createOnlineSlave(
                Label.get("far"), new EnvVars("MLOPS_TEST_S3_SECRET_KEY", "", "MLOPS_TEST_MLFLOW_AUTH_PASSWORD", ""));
        String trainer = "trainer-" + UUID.randomUUID();
        for (String name : List.of(
                "trainer",
                "token",
                "typed",
                "cluster",
                "registry",
                "bitbucket",
                "webhook",
                "previous webhook",
                "event token",
                "previous event token")) {
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

        String bucket = s3.newBucket();
        WorkflowJob job = job("shapes", bucket, "input 'look'", AFTER);
        job.addProperty(new ParametersDefinitionProperty(new PasswordParameterDefinition("PASS", "", "")));
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
        WorkflowJob told = told(BuildLineage.of(build).facts().datasets());
        WorkflowRun again = doneAgain(bucket);
        for (String part : List.of("audit", "bitbucket-outbox", "keys", "lineage", "merges", "published-versions")) {
            assertThat(ControllerDirectory.part(part)).as(part).isNotEmptyDirectory();
        }
        assertThat(Path.of(agent.getRemoteFS(), "caches/mlops")).isNotEmptyDirectory();
        searchFiles("after it");
        searchAnswers(List.of(build, again), told);
        SimpleFormatter formatter = new SimpleFormatter();
        assertThat(log.getRecords()).isNotEmpty();
        assertThat(log.getRecords().stream()
                        .map(formatter::format)
                        .filter(line -> !search.in(line).isEmpty()))
                .as("what a recorder of all levels gets")
                .isEmpty();
        ByteArrayOutputStream bundle = new ByteArrayOutputStream();
        SupportPlugin.writeBundle(bundle, ExtensionList.lookup(com.cloudbees.jenkins.support.api.Component.class));
        assertThat(bundle.size()).isGreaterThan(10_000);
        assertThat(search.in(bundle.toByteArray())).as("the support bundle").isEmpty();
    }

    private WorkflowJob job(String name, String bucket, String within, String after) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(
                PIPELINE.replace("@WITHIN@", within)
                        .replace("@AFTER@", after)
                        .replace("@BUCKET@", bucket)
                        .replace("@COMMIT@", COMMIT)
                        .replace("@MODEL@", model),
                true));
        return job;
    }

    /** A job that hears of merges and of published versions, by the secrets of now and of before. */
    private WorkflowJob told(List<RunFacts.DatasetUse> published) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "told");
        job.setDefinition(new CpsFlowDefinition("echo \"built ${env.MLOPS_DATASET}\"", true));
        job.addTrigger(new BitbucketMergeTrigger(Webhook.REPOSITORY));
        String manifest = published.get(0).source();
        job.addTrigger(
                new DatasetPublishedTrigger("s3://" + S3Uri.parse(manifest).bucket() + "/**"));
        URI address = jenkins.getURL().toURI();
        assertThat(new Webhook(address, planted.get("webhook")).send(7, COMMIT)).isEqualTo(202);
        assertThat(new Webhook(address, planted.get("previous webhook")).send(8, COMMIT))
                .isEqualTo(202);
        List<String> tokens = List.of("event token", "previous event token");
        for (int i = 0; i < tokens.size(); i++) {
            byte[] written = Notifications.written(S3Uri.parse(published.get(i).source()));
            assertThat(new Notifications(address)
                            .send(written, "Bearer " + planted.get(tokens.get(i)))
                            .statusCode())
                    .isEqualTo(202);
        }
        awaitBuild(job, "Merge of pull request 7");
        awaitBuild(job, "built " + manifest);
        return job;
    }

    private static void awaitBuild(WorkflowJob job, String line) throws Exception {
        MergeJobs.await(() -> {
            for (WorkflowRun build : job.getBuilds()) {
                if (!build.isBuilding() && JenkinsRule.getLog(build).contains(line)) {
                    return true;
                }
            }
            return false;
        });
    }

    /** A training, and the build that does it again by its plan. */
    private WorkflowRun doneAgain(String bucket) throws Exception {
        WorkflowJob job = job("again", bucket, "", "");
        TestReruns.start(jenkins.buildAndAssertSuccess(job));
        WorkflowRun again = MergeJobs.finished(jenkins, job, 2);
        jenkins.assertBuildStatusSuccess(again);
        jenkins.assertLogContains("The plan of this build says which training dataset is pulled", again);
        return again;
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
                        text(CredentialsScope.SYSTEM, "events", planted.get("event token")),
                        text(CredentialsScope.SYSTEM, "previous events", planted.get("previous event token")),
                        text(CredentialsScope.GLOBAL, "token", planted.get("token"))));
        SystemCredentialsProvider.getInstance().save();
        ObjectStoreProfile store = new ObjectStoreProfile("store", s3.endpoint());
        store.setCredentialsId("s3");
        store.setRegion(s3.region());
        store.setEventTokenId("events");
        store.setPreviousEventTokenId("previous events");
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
        bitbucket.setReportFromPipelines(true);
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
        // Of the controller, and of the agent, which is a process of its own.
        for (String directory : List.of(System.getProperty("java.io.tmpdir"), "/tmp")) {
            try (DirectoryStream<Path> ours = Files.newDirectoryStream(Path.of(directory), "mlops*")) {
                for (Path each : ours) {
                    assertThat(search.below(each))
                            .as("temporary files, " + when)
                            .isEmpty();
                }
            }
        }
    }

    private void searchAnswers(List<WorkflowRun> builds, WorkflowJob told) throws Exception {
        List<String> pages = new ArrayList<>(List.of(
                "api/json?depth=3",
                "manage/configure",
                "computer/api/json?depth=3",
                "mlops-models/",
                "mlops-models/api/json?depth=3",
                told.getUrl() + "config.xml",
                told.getUrl() + "1/",
                told.getUrl() + "1/api/json?depth=3",
                told.getUrl() + "mlops-merges/",
                told.getUrl() + "mlops-published/"));
        for (WorkflowRun build : builds) {
            pages.add(build.getParent().getUrl() + "config.xml");
            for (String page : List.of(
                    "",
                    "api/json?depth=3",
                    "consoleText",
                    "replay/",
                    "flowGraphTable/",
                    "mlops/",
                    "mlops/api/json?depth=3",
                    "mlops-rerun/")) {
                pages.add(build.getUrl() + page);
            }
        }
        pages.add(builds.get(0).getUrl() + "parameters/");
        try (JenkinsRule.WebClient browser = jenkins.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .withJavaScriptEnabled(false)) {
            browser.getOptions().setPrintContentOnFailingStatusCode(false);
            browser.getOptions().setCssEnabled(false);
            // The first page of a Jenkins has all of its templates compiled, which a busy machine takes minutes for.
            browser.getOptions().setTimeout((int) TimeUnit.MINUTES.toMillis(10));
            for (String page : pages) {
                WebResponse answer = browser.goTo(page, null).getWebResponse();
                assertThat(answer.getStatusCode()).as(page).isEqualTo(200);
                assertThat(search.in(answer.getContentAsString())).as(page).isEmpty();
            }
        }
    }
}
