package io.jenkins.plugins.mlops.cli.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.card.Card;
import io.jenkins.plugins.mlops.core.card.CardPlace;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.time.Instant;
import java.util.Set;

/** Revisions of a card as commands show them. */
final class CardText {

    private CardText() {}

    /** A revision as JSON. @param evidence where the file lies, null for none */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Document(
            Digest version,
            long revision,
            Digest digest,
            Card card,
            String evidence,
            String reason,
            String by,
            Instant at,
            Set<String> signers,
            boolean believed) {

        static Document of(CardRevision revision, CardPlace place) {
            Card.Evidence evidence = revision.card().evidence();
            return new Document(
                    place.content(),
                    revision.number(),
                    revision.digest(),
                    revision.card(),
                    evidence == null ? null : place.evidence(evidence.sha256()).toString(),
                    revision.reason(),
                    revision.by(),
                    revision.at(),
                    revision.signers(),
                    revision.believed());
        }
    }

    static String of(CardRevision revision, CardPlace place) {
        Card card = revision.card();
        StringBuilder text = new StringBuilder("Card of " + place.content() + "\n");
        line(text, "owner", card.owner());
        line(text, "licence", card.licence());
        line(text, "created", card.created());
        line(text, "description", card.description());
        line(text, "anonymised", card.anonymised() == null ? "not said" : card.isAnonymised() ? "yes" : "no");
        if (card.evidence() != null) {
            line(
                    text,
                    "evidence",
                    card.evidence().name() + ", "
                            + place.evidence(card.evidence().sha256()));
        }
        card.fields().forEach((key, value) -> line(text, key, value));
        return text + "  " + heading(revision);
    }

    /** One line: who left it so, when and why. */
    static String heading(CardRevision revision) {
        return PrintableText.of(
                "revision " + revision.number() + ", " + revision.at() + ", " + revision.by() + ": " + revision.reason()
                        + (revision.believed() ? "" : " (no trusted key signed it: its claims do not count)"));
    }

    private static void line(StringBuilder text, String key, Object value) {
        if (value != null) {
            text.append("  ").append(key).append(": ");
            text.append(String.join(
                            "\n    ",
                            value.toString().lines().map(PrintableText::of).toList()))
                    .append('\n');
        }
    }
}
