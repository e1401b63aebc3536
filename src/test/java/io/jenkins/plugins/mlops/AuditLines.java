package io.jenkins.plugins.mlops;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the audit of this JVM's Jenkins says. */
public final class AuditLines {

    private AuditLines() {}

    /** Of a registered model, in order: what was done and what came of it, "promote done". */
    public static List<String> of(String model) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(ControllerDirectory.part("audit"))) {
            for (Path file : files.sorted().toList()) {
                for (String line : Files.readAllLines(file)) {
                    JsonNode record = Documents.json().readTree(line);
                    if (record.path("model").asText().equals(model)) {
                        found.add(record.path("action").asText() + " "
                                + record.path("result").asText());
                    }
                }
            }
        }
        return found;
    }
}
