package io.jenkins.plugins.mlops.core.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.Predicate;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.lineage.TrainingProvenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RunEventsTest {

    private static final Instant START = Instant.parse("2026-11-27T10:00:00Z");
    private static final Digest PARENT = Digest.of("the parent's files");
    private static final String RUN = "3f786850-e387-550f-ab83-6ed7e6dc881d";
    private static final String SPEC = "https://openlineage.io/spec/";

    private static DatasetVersion dataset(String name, String source) {
        return new DatasetVersion(name, Digest.of(name), "s3-prefix:" + Digest.of(source), source, 1, 1);
    }

    private static TrainingProvenance training(String runId) {
        ModelFiles model = new ModelFiles(
                Digest.of("model"), 3, List.of(new ModelFiles.ModelFile("model.bin", 3, Digest.of("bin"))));
        return Provenance.training(model)
                .external("name", "digits")
                .builder("https://plugins.jenkins.io/mlops-pipeline/cli", Map.of("mlops", "0.1.0"))
                .run(runId, START, START.plusSeconds(60));
    }

    private static Statement whole() {
        return training(RUN)
                .commit("https://git.example/team/digits.git", "3f786850e387550fdab836ed7e6dc881de23001b")
                .trainingDataset(dataset("digits", "s3://data/digits/v1"))
                .trainingDataset(dataset("labels", "labels.json"))
                .evaluationDataset(dataset("held-out", "s3://data/held out"))
                .parent("models:/digits/2", PARENT)
                .mlflowRun("http://mlflow.example/#/experiments/1/runs/run-1", "digits", "run-1")
                .gap("the driver is not known")
                .statement();
    }

    private static List<JsonNode> events(Statement statement) {
        return new RunEvents("team", statement.digest(), statement, (Provenance)
                        Predicate.of(statement).orElseThrow())
                .all();
    }

    @Test
    void aTrainingIsARunFromItsDatasetsAndParentToItsModel() {
        List<JsonNode> events = events(whole());
        assertThat(events).extracting(event -> event.path("eventType").asText()).containsExactly("START", "COMPLETE");
        assertThat(events)
                .extracting(event -> event.path("eventTime").asText())
                .containsExactly("2026-11-27T10:00:00Z", "2026-11-27T10:01:00Z");
        JsonNode complete = events.get(1);
        assertThat(complete.path("run").path("runId").asText()).isEqualTo(RUN);
        assertThat(names(complete, "inputs"))
                .containsExactly("s3://data digits/v1", "team labels", "team held-out", "team models/" + PARENT);
        assertThat(names(complete, "outputs")).containsExactly("team models/" + Digest.of("model"));
        JsonNode first = complete.path("inputs").path(0).path("facets");
        assertThat(first.path("version").path("datasetVersion").asText())
                .isEqualTo(Digest.of("digits").toString());
        assertThat(first.path("tags").path("tags").path(0).path("value").asText())
                .isEqualTo("training");
        JsonNode code = complete.path("job").path("facets").path("sourceCodeLocation");
        assertThat(code.path("repoUrl").asText()).isEqualTo("https://git.example/team/digits.git");
        assertThat(code.path("version").asText()).isEqualTo("3f786850e387550fdab836ed7e6dc881de23001b");
        assertThat(complete.path("run")
                        .path("facets")
                        .path("mlops_record")
                        .path("record")
                        .asText())
                .isEqualTo(whole().digest().toString());
    }

    private static List<String> names(JsonNode event, String field) {
        return Stream.iterate(0, i -> i < event.path(field).size(), i -> i + 1)
                .map(i -> event.path(field).path(i))
                .map(node -> node.path("namespace").asText() + " "
                        + node.path("name").asText())
                .toList();
    }

    @Test
    void theSameRecordMakesTheSameRunThoughItsIdIsNoUuid() {
        Statement statement = training("jenkins/digits#12").statement();
        String id = events(statement).get(0).path("run").path("runId").asText();
        assertThat(id).matches("[0-9a-f-]{36}");
        assertThat(events(statement).get(1).path("run").path("runId").asText()).isEqualTo(id);
        assertThat(events(training("jenkins/digits#13").statement())
                        .get(0)
                        .path("run")
                        .path("runId")
                        .asText())
                .isNotEqualTo(id);
    }

    /** The specification as it is published: a clone of github.com/OpenLineage/OpenLineage, its directory spec. */
    @Test
    void theEventsAndTheirFacetsKeepToThePublishedSchemas() throws IOException {
        String place = System.getenv("MLOPS_TEST_OPENLINEAGE");
        assumeTrue(place != null, "MLOPS_TEST_OPENLINEAGE is not set");
        Map<String, String> schemas = new HashMap<>();
        try (Stream<Path> files = Files.walk(Path.of(place), 2)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                String text = Files.readString(file);
                String id = Documents.json().readTree(text).path("$id").asText();
                schemas.put(id, text);
            }
        }
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(schemas));
        for (Statement statement : List.of(whole(), training("x").statement())) {
            for (JsonNode event : events(statement)) {
                valid(registry, event.path("schemaURL").asText(), event);
                assertThat(facets(registry, event)).isGreaterThanOrEqualTo(2);
            }
        }
    }

    private static int facets(SchemaRegistry registry, JsonNode node) {
        int found = 0;
        String url = node.path("_schemaURL").asText("");
        if (url.startsWith(SPEC)) {
            valid(registry, url, node);
            found++;
        }
        for (JsonNode child : node) {
            found += facets(registry, child);
        }
        return found;
    }

    private static void valid(SchemaRegistry registry, String url, JsonNode node) {
        Schema schema = registry.getSchema(SchemaLocation.of(url));
        assertThat(schema.validate("{}", InputFormat.JSON)).as(url).isNotEmpty();
        List<Error> errors = schema.validate(
                node.toString(),
                InputFormat.JSON,
                context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
        assertThat(errors).as(url).isEmpty();
    }
}
