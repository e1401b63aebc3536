package io.jenkins.plugins.mlops.core.card;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The body of an entry in the journal of a card: the whole card as it was left, and who left it so, when and why. */
record CardEntry(
        @JsonProperty(required = true) String schema,
        @JsonProperty(required = true) Card card,
        @JsonProperty(required = true) String reason,
        @JsonProperty(required = true) String by,
        @JsonProperty(required = true) Instant at) {

    static final String SCHEMA = "mlops-card/1";

    CardEntry {
        if (!SCHEMA.equals(schema)) {
            throw MlopsException.usage("the schema '" + schema + "' is not known: " + SCHEMA
                    + " is what this version reads, use a newer mlops");
        }
        if (card == null || at == null) {
            throw MlopsException.usage("a revision has card and at, none of them null");
        }
        if (reason == null || reason.isBlank() || by == null || by.isBlank()) {
            throw MlopsException.usage("a revision of a card says why it is made and by whom: give a reason");
        }
        at = at.truncatedTo(ChronoUnit.SECONDS);
    }

    static CardEntry of(Card card, String reason, String by, Instant at) {
        return new CardEntry(SCHEMA, card, reason, by, at);
    }
}
