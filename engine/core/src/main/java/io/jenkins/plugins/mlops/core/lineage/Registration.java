package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

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
        implements ModelEvent {

    public static final String TYPE = OWN_TYPES + "registration/v1";

    public Registration {
        Predicate.require(name, "name");
        registeredOn = ModelEvent.moment(registeredOn, "registeredOn");
    }

    @Override
    public Instant time() {
        return registeredOn;
    }
}
