package io.jenkins.plugins.mlops.core.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.file.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Through derived datasets and models the index finds what someone finds who passes every thing on until nothing changes. */
class AncestryProperties {

    private static final int MODELS = 4;
    private static final List<String[]> FILES = List.of(
            new String[] {"a", "b"}, new String[] {"b", "c"}, new String[] {"d"}, new String[] {"e"}, new String[] {"f"
            });
    /** The same file may be in a group in one dataset and in none in another. */
    private static final List<Map<String, String>> GROUPS =
            List.of(Map.of("a", "g", "b", "g"), Map.of("c", "h"), Map.of("d", "g"), Map.of(), Map.of());

    private static final List<DatasetVersion> DATASETS = IntStream.range(0, FILES.size())
            .mapToObj(i -> Trainings.dataset("set" + i, FILES.get(i)))
            .toList();
    private static final List<ModelFiles> KNOWN =
            IntStream.range(0, MODELS).mapToObj(i -> Trainings.model("m" + i)).toList();

    /** A training or derivation; of a dataset when {@code model} is -1. */
    record Event(
            int model,
            int dataset,
            Set<Integer> fromDatasets,
            Set<Integer> fromModels,
            Set<Integer> evaluated,
            Set<String> withoutFiles,
            Set<String> withoutGroups) {

        boolean isTraining() {
            return model >= 0;
        }

        Statement statement() {
            if (isTraining()) {
                TrainingProvenance training =
                        Trainings.training(KNOWN.get(model)).internal("salt", hashCode());
                fromModels.forEach(parent ->
                        training.parent("models:/m/" + parent, KNOWN.get(parent).digest()));
                fromDatasets.forEach(from -> training.trainingDataset(DATASETS.get(from)));
                evaluated.forEach(from -> training.evaluationDataset(DATASETS.get(from)));
                return training.statement();
            }
            List<ResourceDescriptor> inputs = new java.util.ArrayList<>();
            fromDatasets.forEach(from -> inputs.add(Derivation.dataset(
                    DATASETS.get(from),
                    Derivation.INPUT,
                    withoutGroups,
                    withoutFiles.stream().map(Digest::of).toList())));
            fromModels.forEach(
                    from -> inputs.add(Derivation.model(null, KNOWN.get(from).digest())));
            return new Derivation("step " + hashCode(), null, inputs, null, null, "ann", Trainings.START)
                    .statement(DATASETS.get(dataset));
        }

        boolean isPossible() {
            return isTraining() || !fromDatasets.isEmpty() || !fromModels.isEmpty();
        }
    }

    /** A model or dataset that has the thing in it, which was in that group where it came from. */
    record Carrier(boolean model, int number, String group) {}

    @Property(tries = 15)
    void theIndexFollowsWhatPassesOn(@ForAll("events") List<Event> events) throws IOException {
        Path directory = Files.createTempDirectory("ancestry");
        try {
            LineageStore store = LineageStore.open(directory);
            for (int i = 0; i < FILES.size(); i++) {
                Trainings.keepManifest(store, GROUPS.get(i), FILES.get(i));
            }
            events.forEach(event -> store.append(event.statement()));
            for (String file : List.of("a", "b", "c", "d", "e")) {
                check(
                        store,
                        LineageQuery.file(Digest.of(file)),
                        events,
                        seeds(
                                i -> List.of(FILES.get(i)).contains(file)
                                        ? GROUPS.get(i).get(file)
                                        : null,
                                i -> List.of(FILES.get(i)).contains(file)),
                        (event, group) -> event.withoutFiles().contains(file)
                                || group != null && event.withoutGroups().contains(group));
            }
            for (String group : List.of("g", "h")) {
                check(
                        store,
                        LineageQuery.group(group),
                        events,
                        seeds(i -> group, i -> GROUPS.get(i).containsValue(group)),
                        (event, same) -> event.withoutGroups().contains(group));
            }
        } finally {
            FileTree.delete(directory);
        }
    }

    private static Set<Carrier> seeds(
            java.util.function.IntFunction<String> group, java.util.function.IntPredicate has) {
        return IntStream.range(0, FILES.size())
                .filter(has)
                .mapToObj(i -> new Carrier(false, i, group.apply(i)))
                .collect(Collectors.toSet());
    }

    private static void check(
            LineageStore store,
            LineageQuery query,
            List<Event> events,
            Set<Carrier> seeds,
            BiPredicate<Event, String> leftOut) {
        Set<Digest> passed = new HashSet<>();
        Set<Digest> listed = new HashSet<>();
        Set<Carrier> carriers = carriers(events, seeds, leftOut, false);
        for (int i = 0; i < MODELS; i++) {
            int model = i;
            if (carriers.stream().anyMatch(carrier -> carrier.model() && carrier.number() == model)) {
                passed.add(KNOWN.get(model).digest());
            }
            if (events.stream()
                    .anyMatch(event -> event.model() == model
                            && carriers.stream()
                                    .anyMatch(carrier -> !carrier.model()
                                            && event.evaluated().contains(carrier.number())))) {
                listed.add(KNOWN.get(model).digest());
            }
        }
        listed.addAll(passed);
        assertThat(store.find(query))
                .extracting(LineageMatch::model)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(listed);
        assertThat(store.find(query, true))
                .extracting(LineageMatch::model)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(carriers(events, seeds, leftOut, true).stream()
                        .filter(Carrier::model)
                        .map(carrier -> KNOWN.get(carrier.number()).digest())
                        .collect(Collectors.toSet()));
        for (ModelFiles model : KNOWN) {
            List<LineageOrigin> origins = query instanceof LineageQuery.OfFile file
                    ? store.originsOfModel(model.digest(), List.of(file.sha256()), List.of())
                    : store.originsOfModel(model.digest(), List.of(), List.of(((LineageQuery.OfGroup) query).group()));
            assertThat(!origins.isEmpty()).as("origins of " + model).isEqualTo(passed.contains(model.digest()));
            assertThat(origins).allSatisfy(origin -> {
                assertThat(origin.path().get(0).kind()).isEqualTo(LineageStep.Kind.DATASET);
                assertThat(origin.path().get(origin.path().size() - 1).id())
                        .isEqualTo(model.digest().toString());
            });
        }
    }

    private static Set<Carrier> carriers(
            List<Event> events, Set<Carrier> seeds, BiPredicate<Event, String> leftOut, boolean evaluationToo) {
        Set<Carrier> carriers = new HashSet<>(seeds);
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Event event : events) {
                for (Carrier carrier : List.copyOf(carriers)) {
                    boolean takes = carrier.model()
                            ? event.fromModels().contains(carrier.number())
                            : event.fromDatasets().contains(carrier.number())
                                            && (event.isTraining() || !leftOut.test(event, carrier.group()))
                                    || evaluationToo
                                            && event.isTraining()
                                            && event.evaluated().contains(carrier.number());
                    if (takes) {
                        changed |= carriers.add(new Carrier(
                                event.isTraining(),
                                event.isTraining() ? event.model() : event.dataset(),
                                carrier.group()));
                    }
                }
            }
        }
        return carriers;
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Integer> dataset = Arbitraries.integers().between(0, FILES.size() - 1);
        Arbitrary<Integer> model = Arbitraries.integers().between(0, MODELS - 1);
        return Combinators.combine(
                        Arbitraries.integers().between(-1, MODELS - 1),
                        dataset,
                        dataset.set().ofMaxSize(2),
                        model.set().ofMaxSize(1),
                        dataset.set().ofMaxSize(1),
                        Arbitraries.of("a", "b", "c", "d").set().ofMaxSize(2),
                        Arbitraries.of("g", "h").set().ofMaxSize(1))
                .as(Event::new)
                .filter(Event::isPossible)
                .list()
                .ofMinSize(1)
                .ofMaxSize(9);
    }
}
