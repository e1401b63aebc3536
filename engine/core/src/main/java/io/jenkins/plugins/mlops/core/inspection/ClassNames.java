package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads what a set itself says its classes are called, in the order of their numbers: {@code data.yaml} or {@code classes.txt}. */
final class ClassNames {

    private static final Set<String> YAML = Set.of("data.yaml", "data.yml", "dataset.yaml", "dataset.yml");
    private static final Set<String> LISTS = Set.of("classes.txt", "obj.names", "labels.txt");
    private static final long MAX_BYTES = 1024 * 1024;

    private ClassNames() {}

    /** Whether a file may say it. */
    static boolean maySay(String path) {
        String name = LabelPaths.name(path);
        return YAML.contains(name) || LISTS.contains(name);
    }

    /** Empty when the file does not say it in a way that is understood. */
    static Optional<List<String>> read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            return Optional.empty();
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        String name = String.valueOf(file.getFileName());
        List<String> names = YAML.contains(name)
                ? ofYaml(text, file)
                : text.lines().map(String::trim).filter(line -> !line.isEmpty()).toList();
        return names.isEmpty() ? Optional.empty() : Optional.of(names);
    }

    private static List<String> ofYaml(String text, Path file) {
        JsonNode names;
        try {
            names = Documents.readYaml(text, file.toString(), JsonNode.class).path("names");
        } catch (MlopsException e) {
            return List.of();
        }
        if (names.isArray()) {
            List<String> list = new ArrayList<>();
            names.forEach(name -> list.add(name.asText()));
            return list;
        }
        Map<Integer, String> byNumber = new TreeMap<>();
        try {
            names.properties()
                    .forEach(name -> byNumber.put(
                            Integer.valueOf(name.getKey()), name.getValue().asText()));
        } catch (NumberFormatException e) {
            return List.of();
        }
        List<String> list = new ArrayList<>(byNumber.values());
        // Numbers with gaps would give classes other numbers.
        return byNumber.isEmpty() || byNumber.containsKey(0) && byNumber.containsKey(list.size() - 1)
                ? list
                : List.of();
    }
}
