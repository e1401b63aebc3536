package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What a statement of the lineage says of a model or dataset. */
public sealed interface Predicate permits Provenance, ModelEvent, Derivation {

    /** The forms that this product reads, by their predicateType. */
    Map<String, Class<? extends Predicate>> FORMS = Map.of(
            Provenance.TYPE, Provenance.class,
            Derivation.TYPE, Derivation.class,
            Evaluation.TYPE, Evaluation.class,
            GateVerdict.TYPE, GateVerdict.class,
            Registration.TYPE, Registration.class,
            Approval.TYPE, Approval.class,
            Promotion.TYPE, Promotion.class);

    /** The prefix of this product's own predicate types. */
    String OWN_TYPES = "https://plugins.jenkins.io/mlops-pipeline/";

    /** The predicateType: the one of {@link #FORMS} that this is of. */
    default String type() {
        return FORMS.entrySet().stream()
                .filter(form -> form.getValue() == getClass())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /** When what it says happened. */
    Instant time();

    /**
     * The statement's predicate.
     *
     * @return empty when its type is none of {@link #FORMS}
     * @throws MlopsException of kind USAGE when the predicate is not of the form that its type demands
     */
    static Optional<Predicate> of(Statement statement) {
        Class<? extends Predicate> form = FORMS.get(statement.predicateType());
        if (form == null) {
            return Optional.empty();
        }
        JsonNode predicate = statement.predicate();
        if (predicate == null || !predicate.isObject()) {
            throw MlopsException.usage("the statement's predicate is no JSON object");
        }
        try {
            return Optional.of(Documents.json().treeToValue(predicate, form));
        } catch (JsonProcessingException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof MlopsException ours) {
                    throw ours;
                }
            }
            throw MlopsException.usage(
                    "the statement's predicate is not of the form of " + statement.predicateType() + ": "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        }
    }

    /** Refuses a predicate without a field that its form demands. */
    static void require(Object value, String field) {
        if (value == null) {
            throw MlopsException.usage("the statement's predicate has no " + field);
        }
    }
}
