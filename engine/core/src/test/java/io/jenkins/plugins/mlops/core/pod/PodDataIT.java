package io.jenkins.plugins.mlops.core.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.TestBuckets;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tool containers of a pod do, against a real S3 server, which {@code MLOPS_TEST_S3} names. */
class PodDataIT {

    @TempDir
    private Path directory;

    private final List<String> notes = new ArrayList<>();
    private ObjectStore store;
    private String bucket;

    @BeforeEach
    void setUp() throws IOException {
        String address = System.getenv("MLOPS_TEST_S3");
        assumeTrue(address != null, "MLOPS_TEST_S3 names no S3 server");
        ObjectStoreSettings settings = new ObjectStoreSettings(
                URI.create(address),
                "us-east-1",
                new ObjectStoreSettings.Credentials(
                        System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"), null));
        bucket = "mlops-pod-" + UUID.randomUUID().toString().substring(0, 8);
        TestBuckets.make(settings, bucket);
        store = ObjectStore.connect(settings);
    }

    @AfterEach
    void tearDown() {
        if (store != null) {
            store.close();
        }
    }

    @Test
    void whatAPlanNamesIsThereBeforeTheCommandBegins() throws IOException {
        write("source/a/1.txt", "one");
        Manifest manifest = datasets("c1")
                .publish(
                        directory.resolve("source"),
                        "numbers",
                        S3Uri.parse(uri("data/")),
                        PublishOptions.DEFAULT,
                        ProgressListener.NONE)
                .manifest();
        PodPlan.Supply supply = new PodPlan.Supply(
                "training dataset",
                uri("data/numbers/manifests/" + manifest.content().hex() + ".json"),
                null,
                null,
                manifest.version().sourceId(),
                "dataset",
                null,
                null,
                null,
                null,
                null);
        Path pod = directory.resolve("pod");

        supply(plan(List.of(supply), 1), pod, 0, 1);

        assertThat(pod.resolve("dataset/a/1.txt")).hasContent("one");
        assertThat(pod.resolve("params.json")).hasContent("{}");
        assertThat(pod.resolve("output/model")).isDirectory();
        assertThat(FetchedOutputs.supplied(store, plan(List.of(), 1).keep(), "dataset"))
                .hasValueSatisfying(kept -> assertThat(kept.content()).isEqualTo(manifest.content()));
    }

    @Test
    void anOutputOfDvcIsBroughtWithoutItsRepository() throws IOException {
        put("dvc/files/md5/0c/c175b9c0f1b6a831c399e269772661", "a");
        write(
                "repo/.dvc/config",
                "[core]\n    remote = s\n['remote \"s\"']\n    url = " + uri("dvc") + "\n    endpointurl = "
                        + store.endpoint() + "\n");
        write(
                "repo/a.txt.dvc",
                "outs:\n- md5: 0cc175b9c0f1b6a831c399e269772661\n  size: 1\n  hash: md5\n  path: a.txt\n");
        DatasetReference reference =
                DatasetReference.ofDvc("a.txt", directory.resolve("repo").toString(), null);
        Path listing = directory.resolve("listing.json");
        datasets("c1").list(reference, 2, listing);
        put("listing.json", Files.readString(listing));
        DatasetVersion version = datasets("c1").resolve(reference);
        PodPlan.Supply supply = new PodPlan.Supply(
                "training dataset",
                null,
                null,
                uri("listing.json"),
                version.sourceId(),
                "dataset",
                null,
                null,
                null,
                null,
                null);
        Path pod = directory.resolve("pod");

        supply(plan(List.of(supply), 1), pod, 0, 1);

        assertThat(pod.resolve("dataset/a.txt")).hasContent("a");
        assertThat(pod.resolve(".listing.json")).doesNotExist();
        assertThat(FetchedOutputs.supplied(store, plan(List.of(), 1).keep(), "dataset"))
                .hasValueSatisfying(kept ->
                        assertThat(kept.source().id()).isEqualTo("dvc:md5:0cc175b9c0f1b6a831c399e269772661/a.txt"));
    }

    @Test
    void aSupplyThatIsNotWhatWasAskedForIsRefused() throws IOException {
        write("source/1.txt", "one");
        Manifest manifest = datasets("c1")
                .publish(
                        directory.resolve("source"),
                        "numbers",
                        S3Uri.parse(uri("data/")),
                        PublishOptions.DEFAULT,
                        ProgressListener.NONE)
                .manifest();
        String location = uri("data/numbers/manifests/" + manifest.content().hex() + ".json");
        PodPlan.Supply supply = new PodPlan.Supply(
                "training dataset", location, null, null, "manifest:other", "dataset", null, null, null, null, null);

        assertThatThrownBy(() -> supply(plan(List.of(supply), 1), directory.resolve("pod"), 0, 1))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("manifest:other");
    }

    @Test
    void outputsComeBackWholeAndTheirAbsenceIsTold() throws IOException {
        PodPlan plan = plan(List.of(), 1);
        Path pod = directory.resolve("pod");
        assertThat(FetchedOutputs.find(store, plan.keep(), 1, 0)).isEmpty();

        write("pod/output/model/weights", "w");
        keep(plan, pod, 0, 1).outputs();
        Kept kept = FetchedOutputs.find(store, plan.keep(), 1, 0).orElseThrow();
        fetch(kept, plan, 1, directory.resolve("fetched"));
        assertThat(directory.resolve("fetched/model/weights")).hasContent("w");

        keep(plan, directory.resolve("empty"), 0, 1, 2).outputs();
        Kept nothing = FetchedOutputs.find(store, plan.keep(), 2, 0).orElseThrow();
        assertThatThrownBy(() -> fetch(nothing, plan, 2, directory.resolve("none")))
                .hasMessageContaining("MLOPS_MODEL_DIR");
    }

    @Test
    void outputsThatCannotBeKeptSayWhy() throws IOException {
        PodPlan plan = plan(List.of(), 1);
        write("pod/output/model/weights", "w");
        Files.createSymbolicLink(directory.resolve("pod/output/link"), Path.of("/etc/passwd"));

        assertThatThrownBy(() -> keep(plan, directory.resolve("pod"), 0, 1).outputs())
                .isInstanceOf(MlopsException.class);
        Kept kept = FetchedOutputs.find(store, plan.keep(), 1, 0).orElseThrow();
        assertThatThrownBy(() -> fetch(kept, plan, 1, directory.resolve("fetched")))
                .hasMessageContaining("link");
    }

    @Test
    void onlyACheckpointThatAllRanksHaveKeptIsGoneOnFrom() throws IOException {
        PodPlan plan = plan(List.of(), 2);
        PodKeep zero = keep(plan, directory.resolve("zero"), 0, 2);
        PodKeep one = keep(plan, directory.resolve("one"), 1, 2);
        checkpoint("zero", "step-9");
        checkpoint("one", "step-9");
        checkpoint("zero", "step-10");
        write("zero/checkpoints/step-11/half", "half");
        zero.checkpoints();
        one.checkpoints();
        checkpoint("zero", "step-12");
        zero.checkpoints();

        supply(plan, directory.resolve("again"), 1, 2);

        assertThat(directory.resolve("again/checkpoints")).isDirectoryNotContaining(path -> !path.endsWith("step-9"));
        assertThat(directory.resolve("again/checkpoints/step-9/state")).hasContent("one step-9");
        assertThat(notes).anyMatch(note -> note.contains("step-9 is complete"));
    }

    @Test
    void aCheckpointOfAnotherSpecificationIsNotGoneOnFrom() throws IOException {
        checkpoint("zero", "step-1");
        keep(plan(List.of(), 1), directory.resolve("zero"), 0, 1).checkpoints();
        PodPlan.Keep keep = plan(List.of(), 1).keep();
        PodPlan other = new PodPlan(
                "t",
                null,
                null,
                List.of(),
                null,
                new PodPlan.Keep(keep.outputs(), keep.outputsUri(), keep.checkpoints(), keep.checkpointsUri(), "other"),
                List.of(),
                Map.of());

        supply(other, directory.resolve("again"), 0, 1);

        assertThat(directory.resolve("again/checkpoints")).isEmptyDirectory();
    }

    private void checkpoint(String pod, String name) throws IOException {
        write(pod + "/checkpoints/" + name + "/state", pod + " " + name);
        write(pod + "/checkpoints/" + name + "/COMPLETE", "");
    }

    private void fetch(Kept kept, PodPlan plan, int attempt, Path into) {
        Datasets datasets = datasets("fetch");
        FetchedOutputs.fetch(
                kept,
                plan.keep(),
                attempt,
                0,
                into,
                (manifest, place, progress) -> datasets.pull(manifest, place, PullOptions.DEFAULT, progress),
                ProgressListener.NONE);
    }

    private PodKeep keep(PodPlan plan, Path pod, int rank, int nodes) {
        return keep(plan, pod, rank, nodes, 1);
    }

    private PodKeep keep(PodPlan plan, Path pod, int rank, int nodes, int attempt) {
        return new PodKeep(plan, stores(plan), pod, new RankIdentity(rank, nodes, attempt), notes::add);
    }

    private void supply(PodPlan plan, Path pod, int rank, int nodes) throws IOException {
        Files.createDirectories(pod);
        new PodSupply(plan, stores(plan), pod, directory.resolve("cache"), notes::add)
                .run(new RankIdentity(rank, nodes, 1), ProgressListener.NONE);
    }

    private PodPlan plan(List<PodPlan.Supply> supplies, int nodes) {
        return new PodPlan(
                "tools",
                null,
                null,
                supplies,
                null,
                new PodPlan.Keep("output", uri("runs/1/"), "checkpoints", uri("runs/1/checkpoints/"), "same"),
                List.of("output", "output/model", "checkpoints"),
                Map.of("params.json", "{}"));
    }

    private Datasets datasets(String cache) {
        return new Datasets(store, DatasetCache.at(directory.resolve("cache-" + cache)));
    }

    private String uri(String key) {
        return "s3://" + bucket + "/" + key;
    }

    private void write(String path, String text) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void whatIsMountedMustBeTheSameWhenTheCommandHasEnded() throws IOException {
        put("data/1.txt", "one");
        Manifest manifest = datasets("c1").snapshot(S3Uri.parse(uri("data/")), 4, ProgressListener.NONE);
        put("manifest.json", Documents.toJson(manifest));
        PodPlan.Supply mounted = new PodPlan.Supply(
                "training dataset",
                uri("manifest.json"),
                null,
                null,
                manifest.version().sourceId(),
                "dataset",
                "recordings",
                null,
                null,
                null,
                null);
        PodPlan plan = plan(List.of(mounted), 1);
        Path pod = directory.resolve("pod");
        write("pod/dataset/1.txt", "one");
        write("pod/output/model.txt", "model");
        supply(plan, pod, 0, 1);

        keep(plan, pod, 0, 1, 1).outputs();

        assertThat(FetchedOutputs.find(store, plan.keep(), 1, 0))
                .hasValueSatisfying(kept -> assertThat(kept.problem()).isNull());
        assertThat(FetchedOutputs.supplied(store, plan.keep(), "dataset")).isPresent();

        put("data/2.txt", "two");
        assertThatThrownBy(() -> keep(plan, pod, 0, 1, 2).outputs())
                .hasMessageContaining("mounted from claim recordings changed while the command ran");
        assertThat(FetchedOutputs.find(store, plan.keep(), 2, 0))
                .hasValueSatisfying(kept -> assertThat(kept.problem()).contains("changed while the command ran"));
    }

    @Test
    void whatTheCommandMustLeaveIsHeldAgainstWhatWasBrought() throws IOException {
        write("source/model/1.txt", "one");
        Manifest manifest = datasets("c1")
                .publish(
                        directory.resolve("source"),
                        "model",
                        S3Uri.parse(uri("models/")),
                        PublishOptions.DEFAULT,
                        ProgressListener.NONE)
                .manifest();
        put("model.json", Documents.toJson(manifest));
        PodPlan plan = plan(List.of(PodPlan.Supply.unchanged("model", uri("model.json"), "measured")), 1);
        Path pod = directory.resolve("pod");
        supply(plan, pod, 0, 1);
        write("pod/output/metrics.json", "{}");

        keep(plan, pod, 0, 1, 1).outputs();
        write("pod/measured/model/2.txt", "two");

        assertThatThrownBy(() -> keep(plan, pod, 0, 1, 2).outputs())
                .hasMessageContaining("The command changed the model, model/2.txt for one");
    }

    private void put(String key, String text) {
        store.putIfAbsent(S3Uri.parse(uri(key)), text.getBytes(StandardCharsets.UTF_8));
    }

    private PodStores stores(PodPlan plan) {
        return new PodStores(plan, any -> store);
    }
}
