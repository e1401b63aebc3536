package io.jenkins.plugins.mlops.cli.quickstart;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.List;

/**
 * What {@code mlops quickstart --json} prints: the documents of the commands that it ran, by their part in the story.
 *
 * @param first trained on the first version, promoted
 * @param damaged trained on damaged labels, refused by the gate
 * @param fineTuned trained from the first, promoted and rolled back
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record QuickstartDocument(
        String schema,
        String directory,
        String commit,
        Servers servers,
        Datasets datasets,
        JsonNode pull,
        Candidate first,
        Candidate damaged,
        Candidate fineTuned,
        JsonNode rollback,
        Lineage lineage,
        double seconds) {

    static final String SCHEMA = "mlops-quickstart/1";

    /** @param running whether they still run */
    record Servers(URI s3, URI mlflow, boolean running) {}

    /** What {@code dataset publish} answered. */
    record Datasets(JsonNode training, JsonNode evaluation, JsonNode damaged, JsonNode nights) {}

    /**
     * A trained model and what became of it.
     *
     * @param report the directory with the gate's reports
     * @param registration absent when the gate refused
     * @param promotion absent when the gate refused
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Candidate(JsonNode training, JsonNode gate, String report, JsonNode registration, JsonNode promotion) {
        String accuracy() {
            return String.format(
                    java.util.Locale.ROOT, "%.4f", gate.at("/rules/0/value").asDouble());
        }

        String verdict() {
            return gate.path("verdict").asText();
        }
    }

    /** The answers about lineage. @param file the file that was asked for, its path in the dataset */
    record Lineage(JsonNode champion, JsonNode byDataset, String file, JsonNode byFile) {
        static List<String> names(JsonNode found) {
            return found.path("models").findValuesAsText("relation");
        }
    }
}
