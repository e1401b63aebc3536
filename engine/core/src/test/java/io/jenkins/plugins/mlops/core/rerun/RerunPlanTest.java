package io.jenkins.plugins.mlops.core.rerun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Repeats;
import io.jenkins.plugins.mlops.core.lineage.TrainingProvenance;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.training.DatasetAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RerunPlanTest {

    private static final String COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b";
    private static final String SET =
            "s3://data/sets/train/manifests/" + Digest.of("v1").hex() + ".json";

    @TempDir
    Path directory;

    private LineageStore store;
    private Digest measured;
    private final Map<String, Digest> there = new TreeMap<>(Map.of(SET, Digest.of("v1")));

    @BeforeEach
    void open() {
        store = LineageStore.open(directory.resolve("lineage"));
        measured = Digest.of("evaluation");
    }

    @Test
    void aPlanIsTheSameAfterItWasWrittenAndRead() throws Exception {
        for (RerunKind kind : RerunKind.values()) {
            RerunPlan plan = plan(kind, recorded(UnaryOperator.identity(), 0.9, "weights"));
            assertThat(Documents.readJson(Documents.toJson(plan), "plan", RerunPlan.class))
                    .isEqualTo(plan);
            assertThat(plan.text()).contains(plan.record().toString(), "training dataset", SET);
        }
    }

    @Test
    void aPlansDocumentHasItsPartsInTheSameOrderInEveryProcess() throws Exception {
        RerunPlan plan = plan(RerunKind.REPRODUCE, recorded(UnaryOperator.identity(), 0.9, "weights"));
        Map<String, Object> asked = Map.of("a", 1, "b", 2, "c", 3, "d", 4, "e", 5, "f", 6, "g", 7, "h", 8);
        RerunPlan asking = new RerunPlan(
                plan.kind(),
                plan.record(),
                plan.model(),
                plan.commit(),
                plan.repository(),
                plan.training(),
                plan.evaluation(),
                plan.parent(),
                plan.image(),
                plan.seed(),
                plan.params(),
                asked,
                plan.inputs());
        assertThat(List.copyOf(asking.asked().keySet())).isSorted();
    }

    @Test
    void whatWasNotRecordedOrIsGoneIsRefusedWithTheReason() throws Exception {
        OriginalTraining changed =
                recorded(training -> training.gap(Provenance.CHANGED_CODE + " in 1 files: train.py"), 0.9, "weights");
        refused(RerunKind.REPRODUCE, changed, "its code is in no commit");
        refused(RerunKind.RETRAIN_DATA, changed, "train.py");
        assertThat(plan(RerunKind.RETRAIN_COMMIT, changed).commit()).isEqualTo("abc");

        OriginalTraining unknown = bare(
                training -> training.commit("https://git.example/a.git", COMMIT).trainingDataset(version(SET)));
        refused(RerunKind.REPRODUCE, unknown, "neither the digest of its image nor what was installed");
        assertThat(plan(RerunKind.RETRAIN_DATA, unknown).image()).isNull();
        refused(RerunKind.REPRODUCE, bare(training -> training.trainingDataset(version(SET))), "no commit");
        refused(RerunKind.RETRAIN_DATA, bare(training -> training.commit(null, COMMIT)), "no training dataset");
        refused(
                RerunKind.RETRAIN_COMMIT,
                bare(training -> training.trainingDataset(version(SET)).trainingDataset(version(SET + "x"))),
                "2 datasets");

        OriginalTraining training = recorded(UnaryOperator.identity(), 0.9, "weights");
        there.put(SET, Digest.of("other bytes"));
        refused(RerunKind.REPRODUCE, training, "is not there any more");
        there.remove(SET);
        refused(RerunKind.REPRODUCE, training, "is not there any more");
    }

    @Test
    void aRepositoryIsKnownByEveryWayToWriteItsAddress() throws Exception {
        for (String[] pair : new String[][] {
            {"https://git.example/team/a.git", "https://user:secret@git.example/team/a.git"},
            {"git@git.example:team/a.git", "ssh://git@git.example/team/a.git"},
            {"/srv/git/a.git", "file:///srv/git/a.git"}
        }) {
            RerunPlan plan = plan(
                    RerunKind.RETRAIN_DATA,
                    bare(training -> training.commit(pair[0], COMMIT).trainingDataset(version(SET))));
            assertThat(plan.isRepository(pair[0])).isTrue();
            assertThat(plan.isRepository(pair[1])).isTrue();
            assertThat(plan.isRepository("https://git.example/team/b.git")).isFalse();
        }
    }

    @Test
    void aDatasetThatIsNotThePlansIsRefused() throws Exception {
        RerunPlan plan = plan(RerunKind.REPRODUCE, recorded(UnaryOperator.identity(), 0.9, "weights"));
        plan.requireUsed(List.of(version(SET)), null);
        DatasetVersion other = new DatasetVersion("train", Digest.of("v2"), "manifest:" + Digest.of("v2"), SET, 1, 1);
        assertThatThrownBy(() -> plan.requireUsed(List.of(other), null))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("The plan wants the training dataset train " + Digest.of("v1"));
        assertThatThrownBy(() -> plan.requireUsed(List.of(), null)).hasMessageContaining("it is none");
    }

    @Test
    void anOutputOfDvcIsLookedForAtItsCommitWhereACloneIsAtHand() throws Exception {
        String earlier = "0123456789abcdef0123456789abcdef01234567";
        OriginalTraining training = tracked("dvc:https://git.example/data#1.git#" + earlier + ":sets/signs");
        there.put(":/sets/signs at " + earlier, Digest.of("v1"));
        there.put(":/sets/signs at abc", Digest.of("v2"));
        PinnedDataset same = plan(RerunKind.RETRAIN_COMMIT, training, "/clone").training();
        assertThat(same.reference()).isEqualTo(DatasetReference.ofDvc(":/sets/signs", "/clone", earlier));
        assertThat(same.reference(null)).isEqualTo(same.reference());
        assertThat(plan(RerunKind.RETRAIN_DATA, training, "/clone").training().sourceId())
                .isEqualTo("dvc:md5:" + Digest.of("v2"));

        there.put(":/sets/signs at " + earlier, Digest.of("other bytes"));
        assertThatThrownBy(() -> plan(RerunKind.RETRAIN_COMMIT, training, "/clone"))
                .hasMessageContaining("is not there any more");
    }

    @Test
    void anOutputOfDvcIsLookedForByTheTrainingWhereNoCloneIsAtHand() throws Exception {
        OriginalTraining training = tracked("dvc:/workspace#sets/signs/");
        RerunPlan plan = plan(RerunKind.RETRAIN_COMMIT, training);
        assertThat(plan.text())
                .contains(":/sets/signs/ at " + COMMIT + ", which is looked for when the training begins");
        assertThat(plan.training().reference(DatasetReference.ofDvc("other", "code", "v7")))
                .isEqualTo(DatasetReference.ofDvc(":/sets/signs/", "code", COMMIT));
        assertThatThrownBy(() -> plan.training().reference(DatasetReference.ofManifest(SET)))
                .hasMessageContaining("names no output of DVC");
        refused(RerunKind.RETRAIN_DATA, training, "'mlops retrain --newest dataset --repo' takes a clone of it");
        refused(
                RerunKind.RETRAIN_COMMIT,
                bare(known -> known.trainingDataset(output("dvc:/workspace#sets/signs"))),
                "The record names no commit");
    }

    private OriginalTraining tracked(String uri) throws Exception {
        return bare(
                training -> training.commit("https://git.example/a.git", COMMIT).trainingDataset(output(uri)));
    }

    private static DatasetVersion output(String uri) {
        return new DatasetVersion("signs", Digest.of("v1"), "dvc:md5:" + Digest.of("v1"), uri, 1, 1);
    }

    @Test
    void theVerdictIsThatOfTheMetricsAndTheTolerances() throws Exception {
        OriginalTraining original = recorded(UnaryOperator.identity(), 0.9, "weights");
        OriginalTraining near = recorded(UnaryOperator.identity(), 0.908, "near");
        OriginalTraining far = recorded(training -> training.internal("gpuProduct", List.of("H100")), 0.8, "far");
        assertThat(compare(original, near, Tolerance.DEFAULT).verdict()).isEqualTo(RunComparison.Verdict.AGREES);
        assertThat(compare(original, near, new Tolerance(0.001, 0)).verdict()).isEqualTo(RunComparison.Verdict.DIFFERS);
        RunComparison different = compare(original, far, Tolerance.DEFAULT);
        assertThat(different.verdict()).isEqualTo(RunComparison.Verdict.DIFFERS);
        assertThat(different.differences()).containsExactly(new RunDifference("GPU", null, "[H100]"));
        assertThat(compare(original, far, Tolerance.parse("0.001,20%")).verdict())
                .isEqualTo(RunComparison.Verdict.AGREES);
        measured = null;
        OriginalTraining unmeasured = recorded(UnaryOperator.identity(), 0.9, "unmeasured");
        assertThat(compare(original, unmeasured, Tolerance.DEFAULT).verdict()).isEqualTo(RunComparison.Verdict.DIFFERS);
        assertThat(compare(unmeasured, recorded(UnaryOperator.identity(), 0, "again"), Tolerance.DEFAULT)
                        .verdict())
                .isEqualTo(RunComparison.Verdict.UNKNOWN);
        assertThat(compare(unmeasured, unmeasured, Tolerance.DEFAULT).verdict())
                .isEqualTo(RunComparison.Verdict.AGREES);
    }

    @Test
    void theComparisonSaysWhatWasDone() throws Exception {
        OriginalTraining original = recorded(UnaryOperator.identity(), 0.9, "weights");
        assertThat(sentence(original, RerunKind.REPRODUCE, 0.9, "weights"))
                .isEqualTo("Reproduced: all 1 metrics agree, the model is the same, byte for byte");
        assertThat(sentence(original, RerunKind.REPRODUCE, 0.5, "worse"))
                .isEqualTo("Not reproduced: 1 of 1 metrics do not agree, the model is not the same byte for byte");
        assertThat(sentence(original, RerunKind.RETRAIN_DATA, 0.9, "other"))
                .isEqualTo("Retrained with the newest dataset: all 1 metrics agree,"
                        + " the model is not the same byte for byte");
        assertThat(sentence(original, RerunKind.RETRAIN_COMMIT, 0.99, "better"))
                .isEqualTo("Retrained with the newest commit: 1 of 1 metrics do not agree,"
                        + " the model is not the same byte for byte");

        OriginalTraining another = recorded(UnaryOperator.identity(), 0.4, "another");
        assertThat(sentence(original, another)).startsWith("Compared: 1 of 1 metrics do not agree");
        assertThat(sentence(another, repetition(original, RerunKind.REPRODUCE.word(), 0.9, "third")))
                .as("it repeats another one")
                .startsWith("Compared: ");
        assertThat(sentence(original, repetition(original, "retrain-everything", 0.9, "newer")))
                .as("recorded by a newer version")
                .startsWith("Compared: ");

        measured = null;
        OriginalTraining unmeasured = recorded(UnaryOperator.identity(), 0, "unmeasured");
        assertThat(sentence(unmeasured, RerunKind.REPRODUCE, 0, "again"))
                .startsWith("Whether it was reproduced is not known: no metric was measured, and the model is not");
        assertThat(sentence(unmeasured, RerunKind.RETRAIN_DATA, 0, "anew"))
                .startsWith("Retrained with the newest dataset: no metric was measured, and the model is not");
    }

    private String sentence(OriginalTraining original, RerunKind kind, double accuracy, String content)
            throws Exception {
        return sentence(original, repetition(original, kind.word(), accuracy, content));
    }

    private static String sentence(OriginalTraining original, OriginalTraining repeated) {
        return compare(original, repeated, Tolerance.DEFAULT).sentence();
    }

    private OriginalTraining repetition(OriginalTraining original, String kind, double accuracy, String content)
            throws Exception {
        return recorded(
                training ->
                        training.internal(Repeats.KEY, new Repeats(kind, original.record(), original.model()).toMap()),
                accuracy,
                content);
    }

    @Test
    void theRecordOfARepetitionNamesWhatItRepeats() throws Exception {
        Repeats repeats = plan(RerunKind.REPRODUCE, recorded(UnaryOperator.identity(), 0.9, "weights"))
                .repeats();
        OriginalTraining again = recorded(training -> training.internal(Repeats.KEY, repeats.toMap()), 0.9, "weights");
        assertThat(again.provenance().repeats()).contains(repeats);
    }

    private static RunComparison compare(OriginalTraining one, OriginalTraining other, Tolerance tolerance) {
        return RunComparison.of(one, other, tolerance, Map.of(), List.of());
    }

    private void refused(RerunKind kind, OriginalTraining training, String why) {
        assertThatThrownBy(() -> plan(kind, training))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED))
                .hasMessageContaining(why);
    }

    private RerunPlan plan(RerunKind kind, OriginalTraining training) {
        return plan(kind, training, null);
    }

    private RerunPlan plan(RerunKind kind, OriginalTraining training, String clone) {
        return RerunPlanner.plan(
                kind,
                training,
                new Sets(),
                new Sets(),
                new RerunPlanner.Repository(clone, () -> new RerunPlanner.NewestCommit("abc", "main")));
    }

    private OriginalTraining recorded(UnaryOperator<TrainingProvenance> more, double accuracy, String content)
            throws Exception {
        return training(
                training -> more.apply(training.commit("https://git.example/a.git", COMMIT)
                        .trainingDataset(version(SET))
                        .external("params", Map.of("rate", 1e-5, "net", Map.of("layers", 2)))
                        .external("seed", 7)
                        .external("command", List.of("python3", "train.py"))
                        .image("registry.example/train", Digest.of("image"))),
                accuracy,
                content);
    }

    private OriginalTraining bare(UnaryOperator<TrainingProvenance> known) throws Exception {
        return training(known, 0.9, "bare");
    }

    private OriginalTraining training(UnaryOperator<TrainingProvenance> known, double accuracy, String content)
            throws Exception {
        Path model = Files.createTempDirectory(directory, "model");
        Files.writeString(model.resolve("weights"), content);
        ModelFiles files = ModelFiles.of(model);
        TrainingProvenance training = known.apply(Provenance.training(files)
                .builder("https://example.org", Map.of("mlops", "1"))
                .run("run-" + content, Instant.EPOCH, Instant.EPOCH));
        if (measured != null) {
            Digest evaluation = Digest.of(measured + content);
            training.byproduct("evaluation.json", evaluation);
            store.append(Evaluation.of(null, evaluation, Map.of("accuracy", accuracy), Map.of(), Instant.EPOCH)
                    .statement(files.digest()));
        }
        return OriginalTraining.read(store, store.append(training.statement()));
    }

    private static DatasetVersion version(String uri) {
        return new DatasetVersion("train", Digest.of("v1"), "manifest:" + Digest.of("v1"), uri, 1, 1);
    }

    /** An object store in which each address stands for one content. */
    private final class Sets implements DatasetAccess {
        @Override
        public DatasetVersion resolve(DatasetReference reference) {
            Digest content = Optional.ofNullable(there.get(reference.toString()))
                    .orElseThrow(() -> MlopsException.failed("There is no " + reference));
            String kind = reference.dvc() == null ? "manifest:" : "dvc:md5:";
            return new DatasetVersion("train", content, kind + content, reference.toString(), 1, 1);
        }

        @Override
        public DatasetReference latest(DatasetReference reference) {
            return reference;
        }

        @Override
        public Optional<Manifest> manifest(DatasetReference reference) {
            return Optional.empty();
        }

        @Override
        public void list(DatasetReference dvc, Path into) {
            throw new UnsupportedOperationException("nothing here is DVC's");
        }

        @Override
        public PullResult pull(DatasetReference reference, Path into, ProgressListener progress) {
            throw new UnsupportedOperationException("nothing is pulled");
        }
    }
}
