package io.jenkins.plugins.mlops.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestNamespace;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.training.ClusterController;
import io.jenkins.plugins.mlops.training.ClusterController.Outcome;
import io.jenkins.plugins.mlops.training.ClusterController.Setup;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** {@code gpuPod} with agents in pods of a real cluster, which connect to a controller of their own. */
class GpuPodKubernetesIT {

    private static final int TIMEOUT_SECONDS = 900;
    private static final int TICKS = 60;

    /** This machine as pods reach it. */
    private final String host = host();

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withTimeout(TIMEOUT_SECONDS)
            .withHost(host)
            .withHttpListenAddress("0.0.0.0")
            .javaOptions(
                    "-Dhudson.slaves.NodeProvisioner.initialDelay=0",
                    "-Dorg.csanchez.jenkins.plugins.kubernetes.pipeline.PodTemplateStepExecution.defaultImage="
                            + TestNamespace.image("agent"));

    private final URI mlflow = TestServers.mlflow();
    private final TestServers.S3 s3 = TestServers.s3();
    private String bucket;
    private String image;
    private TestNamespace namespace;

    @BeforeEach
    void prepare() throws Throwable {
        image = TestNamespace.image("python");
        namespace = TestNamespace.open();
        namespace.allowAgents();
        bucket = s3.newBucket();
        try (ObjectStore store = ObjectStore.connect(new ObjectStoreSettings(
                URI.create(s3.endpoint()),
                s3.region(),
                new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null)))) {
            store.putIfAbsent(new S3Uri(bucket, "data/a.txt"), "from the bucket".getBytes(StandardCharsets.UTF_8));
        }
        if (Boolean.getBoolean("mlops.test.packaged")) {
            PackagedPlugin.install(jenkins);
        }
        jenkins.startJenkins();
        jenkins.runRemotely(
                ClusterController::configure,
                new Setup(
                        mlflow.toString(),
                        "none",
                        s3.endpoint(),
                        s3.accessKey(),
                        s3.secretKey(),
                        namespace.server(),
                        namespace.authority(),
                        namespace.token(),
                        namespace.name(),
                        """
                        resources: {cpu: 100m, memory: 256Mi}
                        limits: {gpus: 2}
                        """));
        jenkins.runRemotely(GpuPodKubernetesIT::letAgentsIn, jenkins.getUrl().toString());
    }

    @AfterEach
    void tearDown() {
        if (namespace != null) {
            namespace.close();
        }
    }

    @Test
    void aBlockRunsBesideItsGpusWithDataAndMlflow() throws Throwable {
        Outcome outcome = run("gpu", """
                gpuPod(image: '%s', gpus: 2, shm: '16Mi') {
                    node(POD_LABEL) {
                        pullDataset from: 's3://%s/data', into: 'data'
                        container('training') {
                            sh 'cat data/a.txt; echo; df /dev/shm | tail -n 1; echo "devices $FAKE_DEVICES"; id -u'
                            withMLflow(experiment: 'gpu-pod', params: [a: 1]) {
                                sh 'echo "run $MLFLOW_RUN_ID at $MLFLOW_TRACKING_URI"'
                            }
                        }
                    }
                }
                """.formatted(image, bucket));

        assertThat(outcome.result()).as(outcome.log()).isEqualTo("SUCCESS");
        assertThat(outcome.log())
                .contains("from the bucket", "/dev/shm", "at " + mlflow)
                .containsPattern("devices fake-\\S+,fake-");
        assertThat(outcome.log())
                .containsPattern("(?m)^tmpfs +16384 .*/dev/shm")
                .containsPattern("(?m)^1000$");
        assertThat(outcome.training().runId()).isNotNull();
        assertNoPodIsLeft();
    }

    @Test
    void aBlockSurvivesARestartOfTheController() throws Throwable {
        begin("restarted", """
                gpuPod(image: '%s') {
                    node(POD_LABEL) {
                        container('training') {
                            sh 'for i in $(seq %d); do echo "tick $i"; sleep 1; done'
                        }
                    }
                }
                """.formatted(image, TICKS));
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        while (!jenkins.runRemotely(ClusterController::logHas, "restarted", "tick 3")) {
            assertThat(System.nanoTime())
                    .as(jenkins.runRemotely(ClusterController::log, "restarted"))
                    .isLessThan(until);
            Thread.sleep(500);
        }
        jenkins.stopJenkinsForcibly();
        jenkins.startJenkins();

        Outcome outcome = jenkins.runRemotely(ClusterController::end, "restarted");

        assertThat(outcome.result()).as(outcome.log()).isEqualTo("SUCCESS");
        assertThat(outcome.log()
                        .lines()
                        .filter(line -> line.startsWith("tick "))
                        .toList())
                .containsAll(IntStream.rangeClosed(1, TICKS)
                        .mapToObj(i -> "tick " + i)
                        .toList());
        assertNoPodIsLeft();
    }

    @Test
    void whatTheProfileForbidsIsToldBeforeAnyPod() throws Throwable {
        Outcome outcome = run("greedy", "gpuPod(image: '" + image + "', gpus: 3) { node(POD_LABEL) { } }");

        assertThat(outcome.result()).isEqualTo("FAILURE");
        assertThat(outcome.log()).contains("gpus").doesNotContain("at io.jenkins");
        assertNoPodIsLeft();
    }

    private Outcome run(String name, String script) throws Throwable {
        begin(name, script);
        return jenkins.runRemotely(ClusterController::end, name);
    }

    private void begin(String name, String script) throws Throwable {
        jenkins.runRemotely(ClusterController::job, name, script);
        jenkins.runRemotely(ClusterController::begin, name);
    }

    private void assertNoPodIsLeft() throws InterruptedException {
        var pods = namespace.admin().pods().inNamespace(namespace.name());
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!pods.list().getItems().isEmpty() && System.nanoTime() < until) {
            Thread.sleep(500);
        }
        assertThat(pods.list().getItems()).isEmpty();
    }

    /** As an administrator does it for a namespace with the pod security standard "restricted". */
    private static void letAgentsIn(JenkinsRule rule, String url) throws Throwable {
        KubernetesCloud cloud = (KubernetesCloud) rule.jenkins.clouds.getByName("gpu-cloud");
        cloud.setJenkinsUrl(url);
        cloud.setWebSocket(true);
        cloud.setRestrictedPssSecurityContext(true);
        rule.jenkins.save();
    }

    private static String host() {
        String host = System.getenv("MLOPS_TEST_KUBERNETES_HOST");
        assumeTrue(host != null, "the environment has no MLOPS_TEST_KUBERNETES_HOST, where pods reach this machine");
        return host;
    }
}
