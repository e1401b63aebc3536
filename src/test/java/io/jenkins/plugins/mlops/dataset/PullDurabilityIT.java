package io.jenkins.plugins.mlops.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Result;
import hudson.slaves.DumbSlave;
import hudson.slaves.JNLPLauncher;
import hudson.slaves.RetentionStrategy;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * Pulls of the packaged plugin on a real inbound agent from the real S3 server that {@code MLOPS_TEST_S3} names, while
 * processes are killed. Only the agent can resolve the store's host name, so whatever reached the store came from there.
 */
class PullDurabilityIT {

    private static final String STORE_HOST = "s3.only-the-agent-knows.test";
    private static final String AGENT = "far";
    private static final int FILES = 10;
    private static final int FILE_SIZE = 600_000;
    private static final int HELD_AFTER = 4;

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withPort(freePort())
            .withTimeout(0)
            .javaOptions("-Dio.jenkins.plugins.mlops.step.StepWork.patience=10m");

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    @TempDir
    private Path directory;

    private final Map<String, String> manifests = new HashMap<>();

    /** What the step is told, by the dataset. */
    private final Map<String, String> addresses = new HashMap<>();

    private TestServers.S3 s3;
    private String bucket;
    private S3Gate gate;
    private InboundAgentExtension.Options agent;

    @BeforeEach
    void setUp() throws Throwable {
        s3 = TestServers.s3();
        bucket = s3.newBucket();
        PackagedPlugin.install(jenkins);
        gate = new S3Gate(URI.create(s3.endpoint()));
        Path hosts = directory.resolve("hosts");
        Files.writeString(
                hosts,
                "127.0.0.1 localhost " + InetAddress.getLocalHost().getHostName() + "\n127.0.0.1 " + STORE_HOST + "\n");
        jenkins.javaOptions("-Djdk.net.hosts.file=" + hosts); // the controller reads the manifest
        agent = InboundAgentExtension.Options.newBuilder()
                .name(AGENT)
                .webSocket()
                .javaOptions("-Djdk.net.hosts.file=" + hosts)
                .build();
        jenkins.startJenkins();
        jenkins.runRemotely(
                PullDurabilityIT::addAgent, directory.resolve("agent").toString());
        agents.start(jenkins, agent);
        jenkins.runRemotely(
                PullDurabilityIT::configure,
                "http://" + STORE_HOST + ":" + gate.port(),
                s3.accessKey(),
                s3.secretKey());
    }

    @AfterEach
    void tearDown() {
        if (gate != null) {
            gate.close();
        }
    }

    @Test
    void aPullGoesOnWhateverIsKilled() throws Throwable {
        Path workspaces = directory.resolve("agent/workspace");
        Path cache = directory.resolve("agent/caches/mlops");

        aPullWorksOnTheAgent(workspaces, cache);
        anAbortedPullLeavesNothing(workspaces);

        publish("durable");
        publish("fast");
        gate.hold("durable", HELD_AFTER);
        gate.hold("fast", HELD_AFTER);
        start("durable", FlowDurabilityHint.MAX_SURVIVABILITY);
        start("fast", FlowDurabilityHint.PERFORMANCE_OPTIMIZED);
        eventually(() -> gate.stuck("durable") >= 2 && gate.stuck("fast") >= 2);
        List<String> before = gate.served("durable");
        assertThat(before).hasSize(HELD_AFTER);
        jenkins.stopJenkinsForcibly();

        // Another process is in the same pull, as if the one from before the kill had not noticed.
        int stuck = gate.stuck("durable");
        Thread orphan = orphan("durable", cache, workspaces.resolve("durable/data"));
        eventually(() -> gate.stuck("durable") > stuck);
        jenkins.startJenkins();
        waitForLog("durable", "Resuming build");
        assertThat(workspaces.resolve("durable/data")).doesNotExist();
        gate.open("durable");
        String log = finish("durable", Result.SUCCESS);
        orphan.join();
        assertExact("durable", workspaces.resolve("durable/data"));
        assertThat(gate.requests("durable").stream().filter(before::contains).toList())
                .as("nothing that was there is asked for again")
                .containsExactlyInAnyOrderElementsOf(before);
        assertThat(new HashSet<>(gate.served("durable"))).hasSize(FILES);
        assertThat(log).contains("RESULT files=" + FILES);

        log = finish("fast", Result.FAILURE);
        assertThat(log).containsIgnoringCase("cannot resume build");
        assertThat(workspaces.resolve("fast/data")).doesNotExist();
        gate.open("fast");

        anAgentMayDieAndReturn(workspaces);
    }

    @Test
    void aPullOfDvcGoesOnAfterTheControllerWasKilled() throws Throwable {
        Path workspaces = directory.resolve("agent/workspace");
        Path source = fill("tracked");
        DvcRepositoryOnDisk repository = new DvcRepositoryOnDisk(
                directory.resolve("repository"),
                3,
                s3,
                "s3://" + bucket + "/tracked/blobs",
                "http://127.0.0.1:" + gate.port());
        repository.run(
                "cp -r '" + source + "' data; $DVC add -q data; $DVC push -q; $DVC remote modify -q store endpointurl"
                        + " http://" + STORE_HOST + ":" + gate.port());
        String commit = repository.commit();
        addresses.put("tracked", "dvc: 'data', repo: '" + repository.directory() + "', rev: '" + commit + "'");
        gate.hold("tracked", HELD_AFTER);
        start("tracked", FlowDurabilityHint.MAX_SURVIVABILITY);
        eventually(() -> gate.stuck("tracked") >= 2);
        List<String> before = files(gate.served("tracked"));
        assertThat(before).hasSize(HELD_AFTER - 1);
        jenkins.stopJenkinsForcibly();
        jenkins.startJenkins();
        waitForLog("tracked", "Resuming build");
        assertThat(workspaces.resolve("tracked/data")).doesNotExist();
        gate.open("tracked");
        String log = finish("tracked", Result.SUCCESS);
        assertExact("tracked", workspaces.resolve("tracked/data"));
        assertThat(log).contains("RESULT files=" + FILES);
        assertThat(files(gate.requests("tracked")).stream()
                        .filter(before::contains)
                        .toList())
                .as("nothing that was there is asked for again")
                .containsExactlyInAnyOrderElementsOf(before);
        assertThat(new HashSet<>(files(gate.served("tracked")))).hasSize(FILES);
        eventually(() -> list(directory.resolve("agent/caches/mlops/leases")).stream()
                .noneMatch(lease -> lease.startsWith("named-")));
    }

    /** Without lists of directories. */
    private static List<String> files(List<String> paths) {
        return paths.stream().filter(path -> !path.endsWith(".dir")).toList();
    }

    private void aPullWorksOnTheAgent(Path workspaces, Path cache) throws Throwable {
        publish("plain");
        start("plain", FlowDurabilityHint.MAX_SURVIVABILITY);
        String log = finish("plain", Result.SUCCESS);
        assertExact("plain", workspaces.resolve("plain/data"));
        assertThat(log).contains("RESULT files=" + FILES + " downloaded=" + FILES + " ");
        assertThat(cache.resolve("blobs/sha256")).isDirectory();
        assertThat(jenkins.getHome().toPath().resolve("mlops/cache/blobs")).doesNotExist();
        assertThat(log).doesNotContain(s3.secretKey());
        String kept = jenkins.runRemotely(PullDurabilityIT::kept, "plain");
        assertThat(kept).isEqualTo("PULLED training " + AGENT + " " + workspaces.resolve("plain/data") + " true");
        assertThat(secretIsIn(jenkins.getHome().toPath().resolve("jobs"))).isFalse();
    }

    private void anAbortedPullLeavesNothing(Path workspaces) throws Throwable {
        publish("aborted");
        gate.hold("aborted", HELD_AFTER);
        start("aborted", FlowDurabilityHint.MAX_SURVIVABILITY);
        eventually(() -> gate.stuck("aborted") >= 2);
        jenkins.runRemotely(PullDurabilityIT::abort, "aborted");
        finish("aborted", Result.ABORTED);
        int asked = gate.requests("aborted").size();
        gate.open("aborted");
        eventually(() -> list(workspaces.resolve("aborted")).isEmpty());
        TimeUnit.SECONDS.sleep(2);
        assertThat(gate.requests("aborted")).hasSize(asked);
        assertThat(list(workspaces.resolve("aborted"))).isEmpty();
    }

    private void anAgentMayDieAndReturn(Path workspaces) throws Throwable {
        publish("mortal");
        gate.hold("mortal", HELD_AFTER);
        start("mortal", FlowDurabilityHint.MAX_SURVIVABILITY);
        eventually(() -> gate.stuck("mortal") >= 2);
        List<String> before = gate.served("mortal");
        agents.stop(AGENT);
        waitForLog("mortal", "The agent far was lost: waiting up to 10 min for it");
        assertThat(jenkins.runRemotely(PullDurabilityIT::statusOf, "mortal")).contains("waiting for the agent far");
        agents.start(jenkins, agent);
        gate.open("mortal");
        String log = finish("mortal", Result.SUCCESS);
        assertThat(log).contains("The agent far is back after");
        assertExact("mortal", workspaces.resolve("mortal/data"));
        assertThat(gate.requests("mortal").stream().filter(before::contains).toList())
                .containsExactlyInAnyOrderElementsOf(before);
    }

    private Thread orphan(String dataset, Path cache, Path into) {
        String manifest = manifests.get(dataset);
        Thread thread = new Thread(() -> {
            try (ObjectStore store = ObjectStore.connect(settings(URI.create("http://127.0.0.1:" + gate.port())))) {
                new Datasets(store, DatasetCache.at(cache))
                        .pull(
                                DatasetReference.ofManifest(manifest),
                                into,
                                new PullOptions(
                                        2, PullOptions.DEFAULT.placement(), PullOptions.DEFAULT.selection(), false),
                                ProgressListener.NONE);
            }
        });
        thread.start();
        return thread;
    }

    private void publish(String dataset) throws IOException {
        Path source = fill(dataset);
        try (ObjectStore store = ObjectStore.connect(settings(URI.create(s3.endpoint())))) {
            manifests.put(
                    dataset,
                    new Datasets(store, DatasetCache.at(directory.resolve("cache")))
                            .publish(
                                    source,
                                    dataset,
                                    S3Uri.parse("s3://" + bucket + "/" + dataset),
                                    PublishOptions.DEFAULT,
                                    ProgressListener.NONE)
                            .location()
                            .toString());
        }
        addresses.put(dataset, "manifest: '" + manifests.get(dataset) + "'");
    }

    private Path fill(String dataset) throws IOException {
        Path source = Files.createDirectories(directory.resolve(dataset));
        Random random = new Random(dataset.hashCode());
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = new byte[FILE_SIZE];
            random.nextBytes(bytes);
            Files.write(source.resolve("file-" + i + ".bin"), bytes);
        }
        return source;
    }

    private ObjectStoreSettings settings(URI endpoint) {
        return new ObjectStoreSettings(
                endpoint, s3.region(), new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null));
    }

    private void start(String dataset, FlowDurabilityHint durability) throws Throwable {
        jenkins.runRemotely(PullDurabilityIT::schedule, dataset, addresses.get(dataset), durability.name());
    }

    private void waitForLog(String job, String line) throws Throwable {
        jenkins.runRemotely(PullDurabilityIT::waitForLine, job, line);
    }

    private String finish(String job, Result result) throws Throwable {
        return jenkins.runRemotely(PullDurabilityIT::complete, job, result.toString());
    }

    private void assertExact(String dataset, Path pulled) throws IOException {
        for (int i = 0; i < FILES; i++) {
            assertThat(pulled.resolve("file-" + i + ".bin"))
                    .hasSameBinaryContentAs(directory.resolve(dataset).resolve("file-" + i + ".bin"));
        }
        assertThat(Datasets.verify(pulled, 2, ProgressListener.NONE).problems()).isEmpty();
        assertThat(list(pulled.getParent())).containsExactly("data");
    }

    private boolean secretIsIn(Path tree) throws IOException {
        byte[] secret = s3.secretKey().getBytes(StandardCharsets.UTF_8);
        String needle = new String(secret, StandardCharsets.ISO_8859_1);
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(needle)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Set<String> list(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return Set.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return new HashSet<>(
                    children.map(child -> child.getFileName().toString()).toList());
        }
    }

    private void eventually(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("in time; the gate saw %s", gate).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // Run in the controller's process.

    private static void configure(JenkinsRule r, String endpoint, String user, String password) throws Throwable {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(CredentialsScope.SYSTEM, "keys", null, user, password));
        SystemCredentialsProvider.getInstance().save();
        ObjectStoreProfile profile = new ObjectStoreProfile("far-store", endpoint);
        profile.setCredentialsId("keys");
        MlopsConfiguration.get().setObjectStores(List.of(profile));
    }

    private static void addAgent(JenkinsRule r, String root) throws Throwable {
        DumbSlave node = new DumbSlave(AGENT, root, new JNLPLauncher());
        node.setNumExecutors(4);
        node.setRetentionStrategy(RetentionStrategy.NOOP);
        r.jenkins.addNode(node);
    }

    private static void schedule(JenkinsRule r, String job, String address, String durability) throws Throwable {
        WorkflowJob p = r.createProject(WorkflowJob.class, job);
        p.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.valueOf(durability)));
        p.setDefinition(new CpsFlowDefinition("""
                node('far') {
                    def d = pullDataset %s, into: 'data', jobs: 2
                    echo "RESULT files=${d.files} downloaded=${d.downloadedFiles} of ${d.version} in ${d.directory}"
                }
                """.formatted(address), true));
        p.scheduleBuild2(0).waitForStart();
    }

    private static WorkflowRun build(String job) {
        return Jenkins.get().getItemByFullName(job, WorkflowJob.class).getBuildByNumber(1);
    }

    private static void waitForLine(JenkinsRule r, String job, String line) throws Throwable {
        r.waitForMessage(line, build(job));
    }

    private static String complete(JenkinsRule r, String job, String result) throws Throwable {
        WorkflowRun run = build(job);
        r.waitForCompletion(run);
        r.assertBuildStatus(Result.fromString(result), run);
        return JenkinsRule.getLog(run);
    }

    private static void abort(JenkinsRule r, String job) throws Throwable {
        build(job).doStop();
    }

    private static String statusOf(JenkinsRule r, String job) throws Throwable {
        return build(job).getExecution().getCurrentExecutions(true).get().stream()
                .map(execution -> String.valueOf(execution.getStatusBounded(3, TimeUnit.SECONDS)))
                .reduce("", String::concat);
    }

    private static String kept(JenkinsRule r, String job) throws Throwable {
        RunFacts.DatasetUse use = BuildLineage.of(build(job)).facts().datasets().get(0);
        return use.action() + " " + use.role() + " " + use.node() + " " + use.directory() + " "
                + ControllerLineage.store().holdsManifest(Digest.parse(use.version()));
    }
}
