package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.List;

/**
 * That an alias moved to a version of a model, by promotion or by rollback. It is said of the model that the alias points to now.
 *
 * @param name of the registered model
 * @param version the one the alias points to now
 * @param previous the version it pointed to before, or null for none
 * @param rollback whether it went back
 * @param override whether someone overrode a refusal
 * @param by who
 * @param reason why, or null
 * @param gate digest of the gate report it rests on, or null
 * @param round number of its entry in the evidence store's journal of this alias, or null where there was none
 * @param approvals the records of the approvals it rests on
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Promotion(
        String name,
        int version,
        String alias,
        Integer previous,
        boolean rollback,
        boolean override,
        String by,
        String reason,
        Digest gate,
        Instant promotedOn,
        Long round,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Digest> approvals)
        implements ModelEvent {

    public static final String TYPE = OWN_TYPES + "promotion/v1";

    public Promotion {
        Predicate.require(name, "name");
        Predicate.require(alias, "alias");
        promotedOn = ModelEvent.moment(promotedOn, "promotedOn");
        approvals = approvals == null ? List.of() : List.copyOf(approvals);
    }

    /** Without an evidence store. */
    public Promotion(
            String name,
            int version,
            String alias,
            Integer previous,
            boolean rollback,
            boolean override,
            String by,
            String reason,
            Digest gate,
            Instant promotedOn) {
        this(name, version, alias, previous, rollback, override, by, reason, gate, promotedOn, null, List.of());
    }

    @Override
    public Instant time() {
        return promotedOn;
    }
}
