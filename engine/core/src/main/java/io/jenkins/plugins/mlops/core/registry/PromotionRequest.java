package io.jenkins.plugins.mlops.core.registry;

import java.util.Set;

/**
 * A wish to move an alias to a version.
 *
 * @param gate the report that lets it through, or null
 * @param expected null when any present version will do; 0 for "none yet"; else the version the alias must point to now, or
 *     have pointed to when this very move was made by an earlier call
 * @param override whether refusals are overridden; then a reason must be given
 * @param reason why, or null
 * @param by who
 * @param approvals how many others must have approved it for what the gate report says, 0 or more
 * @param binding the grounds on which nobody may override an objection
 */
public record PromotionRequest(
        String model,
        int version,
        String alias,
        GateEvidence gate,
        Integer expected,
        boolean override,
        String reason,
        String by,
        int approvals,
        Set<Ground> binding) {

    /** On what an objection rests. */
    public enum Ground {
        /** What the version says of where it comes from. */
        LINEAGE,
        /** The gate's report. */
        GATE
    }

    public PromotionRequest {
        binding = Set.copyOf(binding);
    }

    /** Everything may be overridden. */
    public PromotionRequest(
            String model,
            int version,
            String alias,
            GateEvidence gate,
            Integer expected,
            boolean override,
            String reason,
            String by,
            int approvals) {
        this(model, version, alias, gate, expected, override, reason, by, approvals, Set.of());
    }

    /** Without approvals. */
    public PromotionRequest(
            String model,
            int version,
            String alias,
            GateEvidence gate,
            Integer expected,
            boolean override,
            String reason,
            String by) {
        this(model, version, alias, gate, expected, override, reason, by, 0);
    }
}
