package io.jenkins.plugins.mlops.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Label;
import hudson.slaves.DumbSlave;
import hudson.slaves.EnvironmentVariablesNodeProperty;
import hudson.slaves.OfflineCause;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.test.steps.SemaphoreStep;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The cache of a real agent, which pulls from a real S3 server. */
@WithJenkins
class AgentCacheIT {

    private static final int FILES = 3;
    private static final int SIZE = 300_000;

    @TempDir
    private Path directory;

    private JenkinsRule jenkins;
    private TestServers.S3 s3;
    private String bucket;
    private DumbSlave agent;
    private Path cache;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        s3 = TestServers.s3();
        bucket = s3.newBucket();
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(
                        CredentialsScope.SYSTEM, "keys", null, s3.accessKey(), s3.secretKey()));
        ObjectStoreProfile profile = new ObjectStoreProfile("store", s3.endpoint());
        profile.setCredentialsId("keys");
        MlopsConfiguration.get().setObjectStores(List.of(profile));
        agent = jenkins.createOnlineSlave(Label.get("far"));
        cache = Path.of(agent.getRemoteFS()).resolve("caches/mlops");
    }

    @Test
    void nothingThatARunningBuildHoldsIsEvicted() throws Exception {
        MlopsConfiguration.get().setCacheLimit("1MiB");
        WorkflowRun running = pull("first", outsideOfTheNode("semaphore 'first'"));
        SemaphoreStep.waitForStart("first/1", running);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(pull("second", "")));
        eventually(() -> leases() == 1);
        assertThat(blobs())
                .as("a build's own files stay until it has ended, too")
                .isEqualTo(2 * FILES);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(pull("third", "")));
        eventually(() -> leases() == 1);
        assertThat(blobs()).as("the second's files are gone").isEqualTo(2 * FILES);
        WorkflowRun again = jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(pull("first", "")));
        jenkins.assertLogContains("DOWNLOADED 0", again);
        SemaphoreStep.success("first/1", null);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(running));
        eventually(() -> leases() == 0);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(pull("fourth", "")));
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(pull("fifth", "")));
        again = jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(pull("first", "")));
        jenkins.assertLogContains("DOWNLOADED " + FILES, again);
        eventually(() -> leases() == 0);
        assertThat(jenkins.jenkins.getRootDir().toPath().resolve("mlops/cache-holds"))
                .isEmptyDirectory();
    }

    @Test
    void whatABuildHeldIsLetGoWhenItsAgentIsBack() throws Exception {
        WorkflowRun running = pull("left", outsideOfTheNode("semaphore 'left'"));
        SemaphoreStep.waitForStart("left/1", running);
        agent.toComputer().disconnect(new OfflineCause.ByCLI("gone")).get();
        SemaphoreStep.success("left/1", null);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(running));
        CacheHolds.get().tend();
        assertThat(leases()).isEqualTo(1);
        assertThat(CacheHolds.get().holds(running)).isTrue();
        agent.toComputer().connect(true).get();
        eventually(() -> leases() == 0 && !CacheHolds.get().holds(running));
    }

    @Test
    void aBuildThatTakesLongKeepsItsHold() throws Exception {
        WorkflowRun running = pull("long", outsideOfTheNode("semaphore 'long'"));
        SemaphoreStep.waitForStart("long/1", running);
        Path lease;
        try (Stream<Path> files = Files.list(cache.resolve("leases"))) {
            lease = files.filter(AgentCacheIT::isNamed).findFirst().orElseThrow();
        }
        String name = running.getParent().getName();
        running.getParent().renameTo("renamed");
        String before = Files.readString(lease);
        CacheHolds.get().tend();
        assertThat(Files.readString(lease)).isEqualTo(before);
        CacheHolds.get().tend(Instant.now().plus(CacheHolds.TERM));
        String after = Files.readString(lease);
        assertThat(after.lines().skip(1))
                .containsExactlyElementsOf(before.lines().skip(1).toList())
                .hasSize(FILES);
        assertThat(after.lines().findFirst()).isNotEqualTo(before.lines().findFirst());
        running.getParent().renameTo(name); // Jenkins itself loses a running Pipeline whose job has another name
        SemaphoreStep.success("long/1", null);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(running));
        eventually(() -> leases() == 0);
    }

    @Test
    void lowerCachesAreReadAndTheNodesVariablesWin() throws Exception {
        Path lower = directory.resolve("lower");
        String manifest = publish("lower");
        try (ObjectStore store = connect()) {
            new Datasets(store, DatasetCache.at(lower))
                    .pull(
                            DatasetReference.ofManifest(manifest),
                            directory.resolve("filled"),
                            PullOptions.DEFAULT,
                            ProgressListener.NONE);
        }
        MlopsConfiguration.get().setCacheLayers(List.of(lower.toString(), "/no/such/cache"));
        jenkins.assertLogContains("DOWNLOADED 0", finished(run("lower", manifest, "")));
        assertThat(blobs()).isZero();
        agent.getNodeProperties()
                .add(new EnvironmentVariablesNodeProperty(
                        new EnvironmentVariablesNodeProperty.Entry("MLOPS_CACHE_LAYERS", ""),
                        new EnvironmentVariablesNodeProperty.Entry(
                                "MLOPS_CACHE_DIR", directory.resolve("own").toString()),
                        new EnvironmentVariablesNodeProperty.Entry("MLOPS_CACHE_MAX_BYTES", "many")));
        WorkflowRun failed = jenkins.waitForCompletion(run("wrong", manifest, ""));
        jenkins.assertLogContains("'many' is no size", failed);
        agent.getNodeProperties()
                .replaceBy(List.of(new EnvironmentVariablesNodeProperty(
                        new EnvironmentVariablesNodeProperty.Entry("MLOPS_CACHE_LAYERS", "/none"),
                        new EnvironmentVariablesNodeProperty.Entry(
                                "MLOPS_CACHE_DIR", directory.resolve("own").toString()))));
        jenkins.assertLogContains("DOWNLOADED " + FILES, finished(run("own", manifest, "")));
        assertThat(directory.resolve("own/blobs")).isDirectory();
    }

    /** What a build does when it holds no executor any more. */
    private static String outsideOfTheNode(String step) {
        return "}\n" + step + "\nif (true) {";
    }

    private WorkflowRun finished(WorkflowRun run) throws Exception {
        return jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
    }

    private WorkflowRun pull(String dataset, String then) throws Exception {
        return run(dataset, publish(dataset), then);
    }

    private WorkflowRun run(String dataset, String manifest, String then) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "node('far') { def d = pullDataset manifest: '" + manifest + "', into: 'data', link: 'copy'; echo"
                        + " \"DOWNLOADED ${d.downloadedFiles}\"\n" + then + " }",
                true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private long blobs() throws IOException {
        return count(cache.resolve("blobs"), Files::isRegularFile);
    }

    private long leases() throws IOException {
        return count(cache.resolve("leases"), AgentCacheIT::isNamed);
    }

    private static boolean isNamed(Path lease) {
        return lease.getFileName().toString().startsWith("named-");
    }

    private static long count(Path below, Predicate<Path> wanted) throws IOException {
        if (!Files.isDirectory(below)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(below)) {
            return files.filter(wanted).count();
        }
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("in vain").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private String publish(String dataset) throws IOException {
        Path source = Files.createDirectories(directory.resolve("source-" + dataset));
        Random random = new Random(dataset.hashCode());
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = new byte[SIZE];
            random.nextBytes(bytes);
            Files.write(source.resolve("file-" + i), bytes);
        }
        try (ObjectStore store = connect()) {
            return new Datasets(store, null)
                    .publish(
                            source,
                            dataset,
                            S3Uri.parse("s3://" + bucket + "/" + dataset),
                            PublishOptions.DEFAULT,
                            ProgressListener.NONE)
                    .location()
                    .toString();
        }
    }

    private ObjectStore connect() {
        return ObjectStore.connect(new ObjectStoreSettings(
                URI.create(s3.endpoint()),
                s3.region(),
                new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null)));
    }
}
