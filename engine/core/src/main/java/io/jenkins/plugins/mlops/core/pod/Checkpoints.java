package io.jenkins.plugins.mlops.core.pod;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a training, as one rank keeps and finds them.
 *
 * <p>Code writes each checkpoint into a directory of its own below {@code MLOPS_CHECKPOINT_DIR}, named by a growing number such as its
 * step, and makes the empty file {@value #WRITTEN} in it when all is written. Each rank's checkpoint then goes WRITTEN, KEPT (its files and
 * its manifest are in the store), and, when all ranks have kept it, COMPLETE: a marker that is written last says so. Only a complete
 * one of the same fingerprint (specification, dataset, number of ranks) is gone on from; the newest. Every write may be made
 * again by anybody, with the same outcome. Not thread-safe.
 */
final class Checkpoints {

    /** What code makes when a checkpoint is whole. */
    static final String WRITTEN = "COMPLETE";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{0,32}?([0-9]{1,18})");
    private static final int MAX_MARKER = 64 * 1024;

    private final PodPlan.Keep keep;
    private final ObjectStore store;
    private final RankIdentity identity;
    private final S3Uri root;
    private final Set<String> kept = new HashSet<>();
    private final Set<String> complete = new HashSet<>();

    /** The marker of a checkpoint that all ranks have kept. */
    record Complete(
            @JsonProperty(required = true) String name,
            @JsonProperty(required = true) String fingerprint,
            @JsonProperty(required = true) int ranks) {}

    Checkpoints(PodPlan.Keep keep, ObjectStore store, RankIdentity identity) {
        this.keep = keep;
        this.store = store;
        this.identity = identity;
        String uri = keep.checkpointsUri();
        this.root = S3Uri.parse(uri.endsWith("/") ? uri : uri + "/");
    }

    /**
     * Keeps what was written since the last call.
     *
     * @return the names of those that are complete since then
     */
    List<String> keepWritten(Path directory, ProgressListener progress) throws IOException {
        Datasets datasets = new Datasets(store, null);
        List<String> news = new ArrayList<>();
        for (Path written : written(directory)) {
            String name = String.valueOf(written.getFileName());
            if (!kept.contains(name)) {
                Manifest manifest = datasets.publish(
                                written, "checkpoint", root.resolve("blobs/"), PublishOptions.DEFAULT, progress)
                        .manifest();
                store.putIfAbsent(manifest(name, identity.rank()), bytes(manifest));
                kept.add(name);
            }
            if (!complete.contains(name) && allKept(name)) {
                store.putIfAbsent(marker(name), bytes(new Complete(name, keep.fingerprint(), identity.nodes())));
                complete.add(name);
                news.add(name);
            }
        }
        return news;
    }

    private static List<Path> written(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(child ->
                            NAME.matcher(child.getFileName().toString()).matches())
                    .filter(child -> Files.isRegularFile(child.resolve(WRITTEN)))
                    .sorted(Comparator.comparing(
                            child -> number(child.getFileName().toString())))
                    .toList();
        }
    }

    private boolean allKept(String name) {
        for (int rank = 0; rank < identity.nodes(); rank++) {
            if (store.stat(manifest(name, rank)).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Brings the newest complete checkpoint, to where the code wrote it.
     *
     * @return its name; empty when there is none to go on from
     */
    Optional<String> restore(Path directory, Datasets datasets, ProgressListener progress) {
        Set<String> names = new TreeSet<>(Comparator.comparingLong(Checkpoints::number)
                .thenComparing(Comparator.<String>naturalOrder())
                .reversed());
        store.list(root.resolve("complete/"), object -> name(object).ifPresent(names::add));
        for (String name : names) {
            Complete marker = Documents.readJson(
                    new String(store.read(marker(name), MAX_MARKER), StandardCharsets.UTF_8),
                    marker(name).toString(),
                    Complete.class);
            if (marker.fingerprint().equals(keep.fingerprint()) && marker.ranks() == identity.nodes()) {
                datasets.pull(
                        DatasetReference.ofManifest(
                                manifest(name, identity.rank()).toString()),
                        directory.resolve(name),
                        PullOptions.DEFAULT,
                        progress);
                kept.add(name);
                complete.add(name);
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> name(StoredObject object) {
        String key = object.location().key();
        String file = key.substring(key.lastIndexOf('/') + 1);
        String name = file.endsWith(".json") ? file.substring(0, file.length() - ".json".length()) : "";
        return NAME.matcher(name).matches() ? Optional.of(name) : Optional.empty();
    }

    private S3Uri manifest(String name, int rank) {
        return root.resolve("ranks/" + name + "/rank-" + rank + ".json");
    }

    private S3Uri marker(String name) {
        return root.resolve("complete/" + name + ".json");
    }

    private static long number(String name) {
        var matcher = NAME.matcher(name);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private static byte[] bytes(Object document) {
        return Documents.toJson(document).getBytes(StandardCharsets.UTF_8);
    }
}
