package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;

/**
 * What a gate said of a model.
 *
 * @param verdict pass, fail or inconclusive
 * @param report {@code gate.json} by its SHA-256
 * @param rules the rule file by its SHA-256, or null
 * @param evaluation the candidate's evaluation record by its SHA-256, or null
 * @param baseline the baseline's evaluation record by its SHA-256, or null
 * @param summary one sentence for people, or null
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GateVerdict(
        String verdict,
        ResourceDescriptor report,
        ResourceDescriptor rules,
        ResourceDescriptor evaluation,
        ResourceDescriptor baseline,
        String summary,
        Instant decidedOn)
        implements ModelEvent {

    public static final String TYPE = OWN_TYPES + "gate/v1";

    public GateVerdict {
        Predicate.require(verdict, "verdict");
        Predicate.require(report, "report");
        decidedOn = ModelEvent.moment(decidedOn, "decidedOn");
    }

    /** All digests but the report's may be null. */
    public static GateVerdict of(
            String verdict,
            Digest report,
            Digest rules,
            Digest evaluation,
            Digest baseline,
            String summary,
            Instant decidedOn) {
        return new GateVerdict(
                verdict,
                ResourceDescriptor.file("gate.json", report),
                file("rules", rules),
                file("evaluation.json", evaluation),
                file("baseline", baseline),
                summary,
                decidedOn);
    }

    private static ResourceDescriptor file(String name, Digest digest) {
        return digest == null ? null : ResourceDescriptor.file(name, digest);
    }

    @Override
    public Instant time() {
        return decidedOn;
    }
}
