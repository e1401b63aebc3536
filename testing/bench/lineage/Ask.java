import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageQuery;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.LinkedHashMap;
import java.util.function.Supplier;

/**
 * Measures a store that generate.py made: {@code java -cp mlops.jar Ask.java DIR}. The first answer makes the index when it is missing; then
 * each question is asked ROUNDS times, as a command does, each on a freshly opened index, and the median and slowest are told.
 */
class Ask {
    private static final int ROUNDS = 5;

    public static void main(String[] arguments) throws Exception {
        LineageStore store = LineageStore.open(Path.of(arguments[0]));
        time("index", 1, () -> store.problems());
        time("nothing new", ROUNDS, () -> store.problems());
        Map<String, LineageQuery> questions = new LinkedHashMap<>();
        questions.put("file of one version", LineageQuery.file(Digest.of("1 00000000")));
        questions.put("file of all versions", LineageQuery.file(Digest.of("1 00009600")));
        questions.put("group", LineageQuery.group("drive-1-99"));
        questions.put("dataset", LineageQuery.dataset(store.findDatasets(LineageQuery.group("drive-1-0")).get(0).id()));
        questions.put("commit", LineageQuery.commit(Digest.of("commit 5").hex().substring(0, 12)));
        questions.put("image", LineageQuery.image("sha256:" + Digest.of("image 7").hex()));
        questions.put("repository of all images", LineageQuery.image("registry.example/train"));
        questions.put("model", LineageQuery.model(Digest.parse("sha256:" + Digest.of("tree 40").hex())));
        for (Map.Entry<String, LineageQuery> question : questions.entrySet()) {
            int found = store.find(question.getValue()).size();
            time(question.getKey() + " (" + found + " models)", ROUNDS, () -> store.find(question.getValue()));
        }
        time("what went into a model, of 1000 files and 100 groups", ROUNDS, () -> store.originsOfModel(
                Digest.of("tree 49"),
                java.util.stream.IntStream.range(0, 1000).mapToObj(i -> Digest.of("1 " + String.format("%08d", i))).toList(),
                java.util.stream.IntStream.range(0, 100).mapToObj(i -> "drive-1-" + i).toList()));
        if (arguments.length > 1) { // a record that is to be added
            Path record = Path.of(arguments[1]);
            store.keep(Files.readAllBytes(record), record.toString());
            time("one record more", 1, () -> store.problems());
        }
        System.out.println("heap used at most: " + Runtime.getRuntime().totalMemory() / 1_000_000 + " MB of " + Runtime.getRuntime().maxMemory() / 1_000_000);
    }

    private static void time(String what, int rounds, Supplier<?> work) {
        long[] millis = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            work.get();
            millis[i] = (System.nanoTime() - start) / 1_000_000;
        }
        java.util.Arrays.sort(millis);
        System.out.printf("%-55s median %6d ms, slowest %6d ms%n", what, millis[rounds / 2], millis[rounds - 1]);
    }
}
