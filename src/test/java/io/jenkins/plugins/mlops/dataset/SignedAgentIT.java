package io.jenkins.plugins.mlops.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hudson.model.Result;
import hudson.slaves.OfflineCause;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.RequestPresigner;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoreRequest;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.policy.FolderPolicy;
import io.jenkins.plugins.mlops.signing.StoreSigner;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.jvnet.hudson.test.JenkinsRule;

/** Agents work with a real object store whose keys they never get; a gate before it sees every request. */
class SignedAgentIT extends GatedStoreFixture {

    private static final int BUILDS = 30;
    private static final int FILES = 40;
    private static final int BIG = 65 * 1024 * 1024;
    /** S3 takes no smaller parts, bytes. */
    private static final int PART = 5 * 1024 * 1024;

    @BeforeEach
    void giveTheAgentExecutors() throws Exception {
        agent.setNumExecutors(BUILDS);
        jenkins.jenkins.setNodes(jenkins.jenkins.getNodes()); // what updateNode does not tell the computer
    }

    @AfterEach
    void forgetTheValidity() {
        System.clearProperty(StoreSigner.class.getName() + ".validity");
    }

    @Test
    void publicationsAndPullsWorkWithoutKeys() throws Exception {
        String to = "s3://" + bucket + "/team/sets";
        WorkflowRun run = success("""
                node('far') {
                  writeFile file: 'set/a b.txt', text: 'one'
                  writeFile file: 'set/\u00e4/copy', text: 'one'
                  writeFile file: 'set/empty', text: ''
                  sh 'head -c %d /dev/zero > set/big'
                  def published = publishDataset directory: 'set', name: 'mixed', to: '%s'
                  def again = publishDataset directory: 'set', name: 'mixed', to: '%s'
                  def resolved = resolveDataset manifest: published.source
                  def pulled = pullDataset dataset: resolved, into: 'pulled'
                  sh 'cmp set/big pulled/big && cmp "set/a b.txt" pulled/\u00e4/copy'
                  writeFile file: 'local.json', text: readFile('pulled/.mlops/manifest.json')
                  pullDataset manifest: 'local.json', into: 'third'
                  echo "SAME ${published.version == pulled.version} ${again.source == published.source}"
                }""".formatted(BIG, to, to));
        jenkins.assertLogContains("SAME true true", run);
        jenkins.assertLogContains("uploaded 3 files", run);
        jenkins.assertLogContains("uploaded 0 files", run);
        assertThat(gate.withKeys())
                .filteredOn(request -> request.contains("/blobs/"))
                .isEmpty();
        assertThat(gate.withoutKeys()).isNotEmpty().allMatch(request -> request.contains("/team/sets/blobs/sha256/"));
        assertThat(gate.withoutKeys()).noneMatch(request -> request.startsWith("DELETE"));
        // What was begun and not completed would be kept unseen, and be paid for.
        assertThat(JenkinsRule.getLog(run)).doesNotContain(s3.secretKey()).doesNotContain("X-Amz-Signature");
    }

    @Test
    void thirtyBuildsOfOneAgentDownloadEachObjectOnce() throws Exception {
        System.setProperty(StoreSigner.class.getName() + ".validity", "4s");
        String manifest = publish("shared");
        String prefix = "s3://" + bucket + "/shared/blobs/";
        List<WorkflowRun> runs = new ArrayList<>();
        for (String address : List.of("manifest: '" + manifest + "'", "from: '" + prefix + "'")) {
            gate.hold("shared", 3);
            int before = gate.sent("shared").size();
            for (int i = 0; i < BUILDS; i++) {
                WorkflowJob job = job("node('far') { def d = pullDataset " + address
                        + ", into: 'data'; echo \"GOT ${d.files} of ${d.version}\" }");
                runs.add(job.scheduleBuild2(0).waitForStart());
            }
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (gate.stuck("shared") < 1) {
                assertThat(System.nanoTime())
                        .as(JenkinsRule.getLog(runs.get(0)))
                        .isLessThan(end);
                TimeUnit.MILLISECONDS.sleep(50);
            }
            TimeUnit.SECONDS.sleep(6); // whatever was signed ahead is too old now
            gate.open("shared");
            for (WorkflowRun run : runs) {
                jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
                jenkins.assertLogContains("GOT " + FILES + " of sha256:", run);
            }
            List<String> asked =
                    gate.sent("shared").subList(before, gate.sent("shared").size());
            assertThat(asked).hasSize(new HashSet<>(asked).size()).hasSizeLessThanOrEqualTo(FILES);
        }
        assertThat(new HashSet<>(gate.sent("shared"))).hasSize(FILES);
    }

    @Test
    void aPublicationGoesOnWhenItsAgentIsBack() throws Exception {
        gate.hold("mortal", 3);
        String to = "s3://" + bucket + "/mortal";
        WorkflowJob job = job("""
                node('far') {
                  sh 'mkdir set; for i in $(seq %d); do echo "drawing $i of %s" > set/$i; done'
                  def published = publishDataset directory: 'set', name: 'mortal', to: '%s'
                  def pulled = pullDataset dataset: published, into: 'pulled'
                  sh 'for i in $(seq %d); do cmp set/$i pulled/$i; done; test $(ls pulled | wc -l) = %d; test -z "$(ls ../*@tmp | grep mlops-)"'
                  echo "SAME ${published.version == pulled.version} ${published.files}"
                }""".formatted(FILES, bucket, to, FILES, FILES));
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (gate.stuck("mortal") < 1) {
            assertThat(System.nanoTime()).as(JenkinsRule.getLog(run)).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
        agent.toComputer().disconnect(new OfflineCause.ByCLI("a test")).get();
        jenkins.waitForMessage("was lost: waiting up to 15 min for it", run);
        gate.open("mortal");
        agent.toComputer().connect(true).get();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        jenkins.assertLogContains("is back after", run);
        jenkins.assertLogContains("SAME true " + FILES, run);
        assertThat(BuildLineage.of(run).facts().datasets())
                .extracting(RunFacts.DatasetUse::action)
                .containsExactly(RunFacts.Action.PUBLISHED, RunFacts.Action.PULLED);
    }

    /** Nobody has read them before, so only the ETag tells damage on the way: the MD5 of the MD5s of the parts. */
    @Test
    void bytesOfObjectsThatWereUploadedInPartsAreComparedWithTheirEtag() throws Exception {
        S3Uri object = new S3Uri(bucket, "parts/blobs/large");
        Path file = directory.resolve("large");
        byte[] bytes = new byte[PART + 1];
        new Random(1).nextBytes(bytes);
        Files.write(file, bytes);
        try (ObjectStore store = ObjectStore.connect(settings())) {
            store.put(object, LocalFile.read(file, PART));
            assumeTrue(store.stat(object).orElseThrow().etag().endsWith("-2"), "the store tells that there are parts");
        }
        assumeTrue(tellsPartSizes(object), "the store does not tell how large parts are");
        gate.spoil("parts");

        WorkflowRun run = success("node('far') { def d = pullDataset from: 's3://" + bucket
                + "/parts', into: 'data'; sh 'sha256sum data/blobs/large' }");

        jenkins.assertLogContains(Digest.of(bytes).hex(), run);
        assertThat(gate.sent("parts")).as("it came damaged, and was read again").hasSize(2);
        assertThat(gate.withoutKeys())
                .filteredOn(request -> request.startsWith("HEAD "))
                .singleElement()
                .asString()
                .contains("/parts/blobs/large?", "partNumber=1");
    }

    private boolean tellsPartSizes(S3Uri object) throws Exception {
        URI url = new RequestPresigner(settings())
                .presign(StoreRequest.headFirstPart(ObjectPin.latest(object)), Duration.ofMinutes(1));
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setRequestMethod("HEAD");
        return connection.getContentLengthLong() == PART;
    }

    @Test
    void whatTheJobMayNotReadIsNotSigned() throws Exception {
        String open = publish("open");
        String secret = publish("secret");
        FolderPolicy policy = new FolderPolicy("");
        policy.setLocations(List.of("s3://" + bucket + "/open"));
        MlopsConfiguration.get().setPolicies(List.of(policy));
        success("node('far') { pullDataset manifest: '" + open + "', into: 'data' }");
        refused("node('far') { pullDataset manifest: '" + secret + "', into: 'data' }");
        refused("node('far') { pullDataset from: 's3://" + bucket + "/secret', into: 'data' }");
        refused("node('far') { pullDataset from: 's3://" + bucket + "/openly', into: 'data' }");
        refused("resolveDataset from: 's3://" + bucket + "/secret'");
        refused("node('far') { writeFile file: 'x/y', text: 'z'; publishDataset directory: 'x', name: 'x', to: 's3://"
                + bucket + "/secret' }");
        String manifest;
        try (ObjectStore store = ObjectStore.connect(settings())) {
            manifest = new String(store.read(S3Uri.parse(secret), 1 << 20));
            Manifest hidden = Manifest.read(manifest, secret);
            Path file = directory.resolve("hidden.json");
            Manifest.of(
                            "hidden",
                            new Manifest.Source("made up", "s3://" + bucket + "/open"),
                            hidden.bucket(),
                            hidden.entries())
                    .write(file);
            manifest = Files.readString(file);
        }
        WorkflowRun run = refused("node('far') { writeFile file: 'm.json', text: '''" + manifest
                + "'''; pullDataset manifest: 'm.json', into: 'data' }");
        jenkins.assertLogContains("s3://" + bucket + "/secret/blobs/", run);
        assertThat(gate.requests("secret")).isEmpty();
    }

    /** Set {@code MLOPS_BENCH_FILES}, to 50000 say, to see how long a pull of so many small files takes. */
    @Test
    @EnabledIfEnvironmentVariable(named = "MLOPS_BENCH_FILES", matches = "[0-9]+")
    void manySmallFilesAreNotHeldUpBySignatures() throws Exception {
        int files = Integer.parseInt(System.getenv("MLOPS_BENCH_FILES"));
        ObjectStoreProfile direct = new ObjectStoreProfile("direct", s3.endpoint());
        direct.setCredentialsId("keys");
        MlopsConfiguration.get().setObjectStores(List.of(direct));
        Path source = directory.resolve("many");
        for (int i = 0; i < files; i++) {
            Path file = source.resolve(i / 1000 + "/" + i);
            Files.createDirectories(file.getParent());
            Files.writeString(file, bucket + i);
        }
        String manifest;
        try (ObjectStore store = ObjectStore.connect(settings())) {
            manifest = new Datasets(store, DatasetCache.at(directory.resolve("cache")))
                    .publish(
                            source,
                            "many",
                            S3Uri.parse("s3://" + bucket + "/many"),
                            new PublishOptions(32, PublishOptions.DEFAULT.links()),
                            ProgressListener.NONE)
                    .location()
                    .toString();
        }
        WorkflowRun run = success("node('far') { def begun = System.currentTimeMillis();"
                + " def d = pullDataset manifest: '" + manifest + "', into: 'data', jobs: 32;"
                + " echo \"PULLED ${d.files} in ${System.currentTimeMillis() - begun} ms\" }");
        jenkins.assertLogContains("PULLED " + files, run);
        JenkinsRule.getLog(run)
                .lines()
                .filter(line -> line.startsWith("PULLED"))
                .forEach(System.out::println);
    }

    private WorkflowRun refused(String script) throws Exception {
        WorkflowRun run = failure(script);
        jenkins.assertLogContains("does not allow the location", run);
        return run;
    }

    private String publish(String dataset) throws IOException {
        Path source = directory.resolve(dataset);
        Files.createDirectories(source);
        for (int i = 0; i < FILES; i++) {
            Files.writeString(
                    source.resolve("file-" + i),
                    dataset + Digest.of("" + i).hex().repeat(1000));
        }
        try (ObjectStore store = ObjectStore.connect(settings())) {
            return new Datasets(store, DatasetCache.at(directory.resolve("cache")))
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
}
