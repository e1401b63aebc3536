package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.List;

/**
 * A move of an alias that was decided and not made yet.
 *
 * @param to where the alias goes
 * @param rollback whether it goes back
 * @param gate digest of the gate report, or null
 * @param approvals digests of the approvals it rests on
 * @param overridden the objections that were overridden
 * @param reason why, or null
 */
record PlannedMove(
        ModelVersion to,
        String alias,
        boolean rollback,
        Digest gate,
        List<Digest> approvals,
        List<String> overridden,
        String by,
        String reason,
        Instant at) {

    PlannedMove {
        approvals = List.copyOf(approvals);
        overridden = List.copyOf(overridden);
    }

    String model() {
        return to.name();
    }

    /** What a caller is told once it was made. @param previous the version before, or null */
    AliasMove made(Integer previous, List<String> notes) {
        return new AliasMove(model(), alias, to.version(), previous, by, reason, at, gate, List.copyOf(notes));
    }
}
