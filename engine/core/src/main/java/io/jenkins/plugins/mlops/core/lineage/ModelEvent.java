package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What happened to a model as a whole at one moment. */
public sealed interface ModelEvent extends Predicate
        permits Evaluation, GateVerdict, Registration, Approval, Promotion {

    /** The statement that says this of the model with the given content id. */
    default Statement statement(Digest model) {
        return Statement.about(model, this);
    }

    /** Refuses an event without its moment; records keep it in whole milliseconds. */
    static Instant moment(Instant given, String field) {
        Predicate.require(given, field);
        return given.truncatedTo(ChronoUnit.MILLIS);
    }
}
