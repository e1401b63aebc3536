package io.jenkins.plugins.mlops.core.rerun;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the runs of two trainings had installed, from the lists that they left in MLflow. */
public final class InstalledPackages {

    private static final String DIRECTORY = "lineage";
    private static final String FILE = "environment.json";

    /** No environment has that many packages. */
    private static final int MAX_BYTES = 16 << 20;

    private InstalledPackages() {}

    /**
     * How they differ, a package each; empty when the records say that they do not, or one of the lists is not to be had.
     *
     * @param runs where both runs are
     */
    public static List<RunDifference> differences(
            TrackingServer runs, OriginalTraining original, OriginalTraining repeated) {
        if (original.environment() == null || original.environment().equals(repeated.environment())) {
            return List.of();
        }
        Optional<SortedMap<String, String>> before = list(runs, original);
        Optional<SortedMap<String, String>> now = list(runs, repeated);
        if (before.isEmpty() || now.isEmpty()) {
            return List.of();
        }
        List<RunDifference> differences = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(before.get().keySet());
        names.addAll(now.get().keySet());
        for (String name : names) {
            String one = before.get().get(name);
            String other = now.get().get(name);
            if (one == null || !one.equals(other)) {
                differences.add(new RunDifference(name, one, other));
            }
        }
        return differences;
    }

    private static Optional<SortedMap<String, String>> list(TrackingServer runs, OriginalTraining training) {
        String run = training.provenance().mlflowRun().orElse(null);
        if (run == null || training.environment() == null) {
            return Optional.empty();
        }
        try {
            if (!runs.listArtifacts(run, DIRECTORY).contains(FILE)) {
                return Optional.empty();
            }
            String text = new String(runs.readArtifact(run, DIRECTORY + "/" + FILE, MAX_BYTES), StandardCharsets.UTF_8);
            return Optional.of(versions(Documents.readJson(text, FILE, JsonNode.class)));
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            return Optional.empty(); // a run may be deleted; that the lists differ is told anyway
        }
    }

    private static SortedMap<String, String> versions(JsonNode document) {
        SortedMap<String, String> versions = new TreeMap<>();
        document.properties().forEach(property -> {
            if (property.getValue().isTextual()) {
                versions.put(property.getKey(), property.getValue().asText());
            }
        });
        document.path("packages")
                .properties()
                .forEach(item ->
                        versions.put("package " + item.getKey(), item.getValue().asText()));
        return versions;
    }
}
