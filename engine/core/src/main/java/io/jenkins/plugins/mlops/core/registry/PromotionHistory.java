package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What an evidence store's journal says of the moves of an alias. */
public final class PromotionHistory {

    private PromotionHistory() {}

    /**
     * One round.
     *
     * @param round its number, from 1 on
     * @param from the version before, null for none
     * @param version where the alias went
     * @param found where someone else had moved it meanwhile, 0 for nowhere; null when nobody had
     * @param reason why, or null
     * @param gate digest of the gate report it rests on, or null
     * @param approvals the records of the approvals it rests on
     * @param overridden the objections that were overridden
     * @param signers ids of the trusted keys that signed it
     * @param done whether it was carried out
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Entry(
            long round,
            Integer from,
            int version,
            Integer found,
            boolean rollback,
            String by,
            String reason,
            Instant at,
            Digest gate,
            List<Digest> approvals,
            List<String> overridden,
            Set<String> signers,
            boolean done) {}

    /**
     * All rounds, the first one first; empty when there are none.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException as {@link EvidenceStore} says; of kind FAILED when the chain is broken
     */
    public static List<Entry> of(EvidenceStore evidence, String model, String alias) {
        MlflowLimits.model(model);
        MlflowLimits.alias(alias);
        Rounds rounds = new Rounds(evidence, model, alias);
        return rounds.all().stream()
                .map(decided -> {
                    Round round = decided.round();
                    return new Entry(
                            decided.number(),
                            round.from(),
                            round.to(),
                            round.found(),
                            round.rollback(),
                            round.by(),
                            round.reason(),
                            round.at(),
                            round.gate(),
                            round.approvals(),
                            round.overridden(),
                            decided.entry().signers(),
                            rounds.isDone(decided));
                })
                .toList();
    }
}
