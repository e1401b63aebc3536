package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.time.Instant;
import java.util.List;

/**
 * One decided move of an alias: the body of an entry of the alias's journal. {@code docs/models.md} specifies it.
 *
 * @param digest the model that the version is, by its content id; null for a version without one
 * @param from where the round before left the alias, for the first round where MLflow had it; null for nowhere
 * @param found where the alias was instead when the round was decided, 0 for nowhere; null when it was where it should be
 * @param restores for a round that brings back what there was before: the round whose state that is, 0 for the one before the first
 *     round; null for a round that brings something new
 * @param forgotten the last round that MLflow remembers and the journal has lost; null when it has lost none
 * @param by who
 * @param reason why, or null
 * @param gate digest of the gate report it rests on, or null
 * @param approvals the records of the approvals it rests on
 * @param overridden the objections that were overridden
 * @param request a UUID, by which a writer knows its own round
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
record Round(
        @JsonProperty(value = "model", required = true) String model,
        @JsonProperty(value = "alias", required = true) String alias,
        Digest digest,
        Integer from,
        @JsonProperty(value = "to", required = true) int to,
        Integer found,
        boolean rollback,
        Long restores,
        Integer forgotten,
        String by,
        String reason,
        Digest gate,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Digest> approvals,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> overridden,
        @JsonProperty(value = "request", required = true) String request,
        @JsonProperty(value = "at", required = true) Instant at) {

    Round {
        approvals = approvals == null ? List.of() : List.copyOf(approvals);
        overridden = overridden == null ? List.of() : List.copyOf(overridden);
        if (model == null || alias == null || request == null || at == null || to < 1) {
            throw MlopsException.usage("a round has neither model, alias, request nor moment, or goes to no version");
        }
    }

    /** @throws MlopsException of kind FAILED when it is the body of something else */
    static Round parse(JsonNode body, String origin) {
        try {
            return Documents.json().treeToValue(body, Round.class);
        } catch (JsonProcessingException e) {
            throw MlopsException.failed(
                    origin + " is no round of a promotion: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        }
    }

    JsonNode toBody() {
        return Documents.json().valueToTree(this);
    }

    /** What a caller is told of it. */
    AliasMove move(List<String> notes) {
        Integer previous = found == null ? from : found;
        return new AliasMove(
                model,
                alias,
                to,
                previous == null || previous == 0 ? null : previous,
                by,
                reason,
                at,
                gate,
                List.copyOf(notes));
    }
}
