package io.jenkins.plugins.mlops.core.registry;

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
        int approvals) {

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
