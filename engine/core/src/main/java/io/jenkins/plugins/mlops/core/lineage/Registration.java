package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * That a model became a version in a registry.
 *
 * @param name of the registered model
 * @param version 1 or more
 * @param source where the registry has its files
 * @param runId the MLflow run, or null
 * @param registry the registry's address, or null
 * @param registeredBy who, or null
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Registration(
        String name,
        int version,
        String source,
        String runId,
        String registry,
        String registeredBy,
        Instant registeredOn)
        implements Predicate {

    public static final String TYPE = OWN_TYPES + "registration/v1";

    public Registration {
        Predicate.require(name, "name");
        Predicate.require(registeredOn, "registeredOn");
        registeredOn = registeredOn.truncatedTo(ChronoUnit.MILLIS);
    }

    /** The statement that says this of the model with the given content id. */
    public Statement statement(Digest model) {
        return Statement.about(model, this);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Instant time() {
        return registeredOn;
    }
}
