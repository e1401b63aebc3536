package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;

/**
 * That someone approves that an alias moves to a version of a model, for what one gate report says. It is said of the version's model:
 * another report, version, alias or model is not approved by it.
 *
 * @param name of the registered model
 * @param version 1 or more
 * @param gate digest of the gate report
 * @param by who
 * @param reason why, or null
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Approval(
        String name, int version, String alias, Digest gate, String by, String reason, Instant approvedOn)
        implements ModelEvent {

    public static final String TYPE = OWN_TYPES + "approval/v1";

    public Approval {
        Predicate.require(name, "name");
        Predicate.require(alias, "alias");
        Predicate.require(gate, "gate");
        Predicate.require(by, "by");
        approvedOn = ModelEvent.moment(approvedOn, "approvedOn");
    }

    @Override
    public Instant time() {
        return approvedOn;
    }
}
