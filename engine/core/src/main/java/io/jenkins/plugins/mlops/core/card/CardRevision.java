package io.jenkins.plugins.mlops.core.card;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.Set;

/**
 * A card as somebody left it. Revisions are added, never changed; the newest is the card.
 *
 * @param number from 1 on
 * @param digest of the revision as it is kept, by which lineage names it
 * @param signers ids of the trusted keys that signed it
 * @param believed whether what it claims counts: not when keys are trusted and none of them signed it
 */
public record CardRevision(
        long number,
        Digest digest,
        Card card,
        String reason,
        String by,
        Instant at,
        Set<String> signers,
        boolean believed) {

    public CardRevision {
        signers = Set.copyOf(signers);
    }
}
