package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.gate.GateDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What a promotion needs of a gate report.
 *
 * @param report SHA-256 of the bytes of {@code gate.json}
 * @param verdict pass, fail or inconclusive
 * @param summary one sentence of the report
 * @param model content id of the model that was judged, null when the report does not say
 * @param evaluation SHA-256 of the evaluation record that was judged, null when unknown
 * @param baselineModel content id of the model it was compared with, null when there was none or it is unknown
 */
public record GateEvidence(
        Digest report, String verdict, String summary, Digest model, Digest evaluation, Digest baselineModel) {

    /**
     * Reads {@code gate.json}.
     *
     * @throws MlopsException of kind USAGE when it is no gate report
     */
    public static GateEvidence read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw MlopsException.usage("The gate report " + file + " does not exist", e);
        } catch (IOException e) {
            throw MlopsException.usage("The gate report " + file + " cannot be read: " + e.getMessage(), e);
        }
        return parse(bytes, file.toString());
    }

    /**
     * Reads the bytes of a {@code gate.json}.
     *
     * @param origin what an error calls it
     * @throws MlopsException of kind USAGE when it is no gate report
     */
    public static GateEvidence parse(byte[] bytes, String origin) {
        JsonNode json = Documents.readJson(new String(bytes, StandardCharsets.UTF_8), origin, JsonNode.class);
        if (!GateDocument.SCHEMA.equals(json.path("schema").asText())) {
            throw MlopsException.usage(origin + " is no gate report of the form " + GateDocument.SCHEMA
                    + ": give the gate.json that the gate wrote");
        }
        return new GateEvidence(
                Digest.of(bytes),
                json.path("verdict").asText(),
                json.path("summary").asText(),
                digest(json.path("candidate").path("model")),
                digest(json.path("candidate").path("digest")),
                digest(json.path("baseline").path("model")));
    }

    public boolean passed() {
        return "pass".equals(verdict);
    }

    private static Digest digest(JsonNode node) {
        return node.isTextual() ? Digest.parse(node.asText()) : null;
    }
}
