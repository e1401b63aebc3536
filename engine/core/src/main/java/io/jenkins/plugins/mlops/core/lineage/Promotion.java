package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * That an alias moved to a version of a model, by promotion or by rollback.
 *
 * @param name of the registered model
 * @param version the one the alias points to now
 * @param previous the version it pointed to before, or null for none
 * @param rollback whether it went back
 * @param override whether someone overrode a refusal
 * @param by who
 * @param reason why, or null
 * @param gate digest of the gate report it rests on, or null
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
        Instant promotedOn)
        implements Predicate {

    public static final String TYPE = OWN_TYPES + "promotion/v1";

    public Promotion {
        Predicate.require(name, "name");
        Predicate.require(alias, "alias");
        Predicate.require(promotedOn, "promotedOn");
        promotedOn = promotedOn.truncatedTo(ChronoUnit.MILLIS);
    }

    /** The statement that says this of the model with the given content id: the one the alias points to now. */
    public Statement statement(Digest model) {
        return Statement.about(model, this);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Instant time() {
        return promotedOn;
    }
}
