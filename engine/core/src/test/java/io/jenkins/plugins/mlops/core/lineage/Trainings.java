package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes records of trainings that never were. */
final class Trainings {

    static final Instant START = Instant.parse("2026-11-02T10:00:00Z");
    static final String COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b";

    private Trainings() {}

    /** A model of one file. */
    static ModelFiles model(String content) {
        Digest file = Digest.of(content);
        Digest tree = new TreeDigest().add("model.bin", content.length(), file).finish();
        return new ModelFiles(
                tree, content.length(), List.of(new ModelFiles.ModelFile("model.bin", content.length(), file)));
    }

    /** A dataset with a file per name, whose content is its name. */
    static DatasetVersion dataset(String name, String... files) {
        return new DatasetVersion(
                name,
                tree(files).finish(),
                "s3-prefix:sha256:" + Digest.of(name + String.join(",", files)).hex(),
                "s3://data/" + name,
                files.length,
                files.length);
    }

    static TrainingProvenance training(ModelFiles model) {
        return Provenance.training(model)
                .builder("https://plugins.jenkins.io/mlops-pipeline/cli", Map.of("mlops", "0.1.0"))
                .run("run-of-" + model.digest().hex().substring(0, 8), START, START.plusSeconds(60));
    }

    /** Keeps the manifest of {@link #dataset} in a store. */
    static void keepManifest(LineageStore store, Map<String, String> groups, String... files) throws IOException {
        Digest content = tree(files).finish();
        StringBuilder json = new StringBuilder(
                "{\"schema\":\"mlops-manifest/1\",\"name\":\"d\",\"content\":\"" + content + "\",\"entries\":[");
        String comma = "";
        for (String file : sorted(files).keySet()) {
            json.append(comma)
                    .append("{\"path\":\"")
                    .append(file)
                    .append("\",\"size\":1,\"sha256\":\"")
                    .append(Digest.of(file))
                    .append('"');
            if (groups.containsKey(file)) {
                json.append(",\"group\":\"").append(groups.get(file)).append('"');
            }
            json.append('}');
            comma = ",";
        }
        Path path = store.directory().resolve("manifests").resolve(content.hex() + ".json");
        Files.createDirectories(path.getParent());
        Files.write(path, json.append("]}").toString().getBytes(StandardCharsets.UTF_8));
    }

    private static TreeDigest tree(String... files) {
        TreeDigest tree = new TreeDigest();
        sorted(files).forEach((file, digest) -> tree.add(file, 1, digest));
        return tree;
    }

    private static TreeMap<String, Digest> sorted(String... files) {
        TreeMap<String, Digest> sorted = new TreeMap<>();
        for (String file : files) {
            sorted.put(file, Digest.of(file));
        }
        return sorted;
    }
}
