package io.jenkins.plugins.mlops.core.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch.Relation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The index answers as someone would who reads all records for every question. */
class LineageIndexProperties {

    private static final int MODELS = 8;
    private static final List<DatasetVersion> DATASETS = List.of(
            Trainings.dataset("one", "a", "b"), Trainings.dataset("two", "b", "c"), Trainings.dataset("three", "d"));
    private static final List<String[]> FILES =
            List.of(new String[] {"a", "b"}, new String[] {"b", "c"}, new String[] {"d"});
    private static final List<ModelFiles> KNOWN = Stream.iterate(0, i -> i + 1)
            .limit(MODELS)
            .map(i -> Trainings.model("model" + i))
            .toList();

    /** A training: of a model, from parents, on and against datasets, all by their number. */
    record Training(int model, Set<Integer> parents, Set<Integer> trained, Set<Integer> evaluated, int commit) {
        Statement statement() {
            TrainingProvenance training = Trainings.training(KNOWN.get(model))
                    .commit(null, commit(commit))
                    .internal("salt", hashCode());
            parents.forEach(parent -> training.parent(
                    "models:/m/" + (parent + 1), KNOWN.get(parent).digest()));
            trained.forEach(dataset -> training.trainingDataset(DATASETS.get(dataset)));
            evaluated.forEach(dataset -> training.evaluationDataset(DATASETS.get(dataset)));
            return training.statement();
        }

        static String commit(int number) {
            return String.valueOf(number).repeat(40);
        }
    }

    @Property(tries = 15)
    void theIndexAnswersLikeAReaderOfAllRecords(@ForAll("trainings") List<Training> trainings) throws IOException {
        Path directory = Files.createTempDirectory("lineage");
        try {
            LineageStore store = LineageStore.open(directory);
            int half = trainings.size() / 2;
            trainings.subList(0, half).forEach(training -> store.append(training.statement()));
            store.problems(); // the first half is indexed now, the second is added to it
            trainings.subList(half, trainings.size()).forEach(training -> store.append(training.statement()));
            for (String[] files : FILES) {
                Trainings.keepManifest(store, Map.of(files[0], "group of " + files[0]), files);
            }
            ask(store, trainings);
            store.rebuild();
            ask(store, trainings);
        } finally {
            FileTree.delete(directory);
        }
    }

    private static void ask(LineageStore store, List<Training> all) {
        for (int i = 0; i < DATASETS.size(); i++) {
            int dataset = i;
            Set<Integer> trained = models(all, training -> training.trained().contains(dataset));
            Set<Integer> evaluated =
                    models(all, training -> training.evaluated().contains(dataset));
            compare(store.find(LineageQuery.dataset(DATASETS.get(i).contentId().toString())), all, trained, evaluated);
            compare(store.find(LineageQuery.dataset(DATASETS.get(i).sourceId())), all, trained, evaluated);
            compare(store.find(LineageQuery.group("group of " + FILES.get(i)[0])), all, trained, evaluated);
        }
        for (String file : List.of("a", "b", "c", "d", "e")) {
            Set<Integer> trained = new HashSet<>();
            Set<Integer> evaluated = new HashSet<>();
            for (int i = 0; i < DATASETS.size(); i++) {
                int dataset = i;
                if (List.of(FILES.get(i)).contains(file)) {
                    trained.addAll(models(all, training -> training.trained().contains(dataset)));
                    evaluated.addAll(
                            models(all, training -> training.evaluated().contains(dataset)));
                }
            }
            compare(store.find(LineageQuery.file(Digest.of(file))), all, trained, evaluated);
        }
        for (int i = 1; i <= 3; i++) {
            int commit = i;
            Set<Integer> from = models(all, training -> training.commit() == commit);
            compare(store.find(LineageQuery.commit(Training.commit(i).substring(0, 9))), all, from, Set.of());
        }
        for (int i = 0; i < MODELS; i++) {
            int parent = i;
            Set<Integer> children = models(all, training -> training.parents().contains(parent));
            compare(store.find(LineageQuery.model(KNOWN.get(i).digest())), all, children, Set.of());
        }
    }

    private static Set<Integer> models(List<Training> all, java.util.function.Predicate<Training> which) {
        Set<Integer> models = new HashSet<>();
        all.stream().filter(which).forEach(training -> models.add(training.model()));
        return models;
    }

    /** @param passedOn directly related models whose descendants inherit @param alone those whose descendants do not */
    private static void compare(
            List<LineageMatch> answer, List<Training> all, Set<Integer> passedOn, Set<Integer> alone) {
        Map<Digest, Integer> distance = distances(all, passedOn);
        Set<Digest> direct = new HashSet<>();
        passedOn.forEach(model -> direct.add(KNOWN.get(model).digest()));
        alone.forEach(model -> direct.add(KNOWN.get(model).digest()));
        Set<Digest> expected = new HashSet<>(distance.keySet());
        expected.addAll(direct);
        assertThat(answer)
                .extracting(LineageMatch::model)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(expected);
        for (LineageMatch match : answer) {
            boolean isDirect = direct.contains(match.model());
            assertThat(match.relation()).isEqualTo(isDirect ? Relation.DIRECT : Relation.INHERITED);
            assertThat(match.via()).hasSize(isDirect ? 0 : distance.get(match.model()));
            List<Digest> path = new ArrayList<>();
            match.via().forEach(step -> path.add(step.content().orElseThrow()));
            path.add(match.model());
            assertThat(direct).contains(path.get(0));
            for (int i = 1; i < path.size(); i++) {
                Digest parent = path.get(i - 1);
                Digest child = path.get(i);
                assertThat(all)
                        .anyMatch(
                                training -> KNOWN.get(training.model()).digest().equals(child)
                                        && training.parents().stream()
                                                .anyMatch(p ->
                                                        KNOWN.get(p).digest().equals(parent)));
            }
        }
    }

    /** Steps from the nearest of the given models, by trying every edge until nothing changes. */
    private static Map<Digest, Integer> distances(List<Training> all, Set<Integer> from) {
        Map<Digest, Integer> distance = new HashMap<>();
        from.forEach(model -> distance.put(KNOWN.get(model).digest(), 0));
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Training training : all) {
                for (int parent : training.parents()) {
                    Integer at = distance.get(KNOWN.get(parent).digest());
                    Digest child = KNOWN.get(training.model()).digest();
                    if (at != null && at + 1 < distance.getOrDefault(child, Integer.MAX_VALUE)) {
                        distance.put(child, at + 1);
                        changed = true;
                    }
                }
            }
        }
        return distance;
    }

    @Provide
    Arbitrary<List<Training>> trainings() {
        Arbitrary<Integer> model = Arbitraries.integers().between(0, MODELS - 1);
        Arbitrary<Set<Integer>> datasets =
                Arbitraries.integers().between(0, DATASETS.size() - 1).set().ofMaxSize(2);
        return Combinators.combine(
                        model,
                        model.set().ofMaxSize(2),
                        datasets,
                        datasets,
                        Arbitraries.integers().between(1, 3))
                .as(Training::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(14);
    }
}
