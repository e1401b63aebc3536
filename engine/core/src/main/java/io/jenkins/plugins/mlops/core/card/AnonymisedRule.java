package io.jenkins.plugins.mlops.core.card;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.util.Optional;
import java.util.TreeSet;

/** Data is used only when its card says that it is anonymised, with evidence, and is believed. */
public final class AnonymisedRule {

    private AnonymisedRule() {}

    /** Why the dataset may not be used, as a sentence that says what to do; empty when it may. @param card empty for none */
    public static Optional<String> objection(DatasetVersion dataset, Optional<CardRevision> card) {
        String what = what(dataset);
        if (card.isEmpty()) {
            return Optional.of(what + " has no card that says it is anonymised: publish it with '--anonymised yes"
                    + " --anonymised-evidence FILE', or say so of a published version with 'mlops dataset card set'");
        }
        CardRevision revision = card.get();
        String said = what + " is not marked as anonymised: revision " + revision.number() + " of its card, by "
                + PrintableText.of(revision.by()) + ", ";
        if (!revision.card().isAnonymised()) {
            return Optional.of(
                    said
                            + (revision.card().anonymised() == null ? "does not say" : "says that it is not")
                            + ": anonymise it and publish what comes out, or, if it is, 'mlops dataset card set --anonymised yes'");
        }
        return revision.believed()
                ? Optional.empty()
                : Optional.of(said + "says so, but no trusted key signed that: let one who has such a key run"
                        + " 'mlops dataset card set --signing-key FILE'");
    }

    /** Who says that a dataset is anonymised, and when, as a sentence. @param revision one that is no objection */
    public static String told(DatasetVersion dataset, CardRevision revision) {
        return what(dataset) + " is anonymised: revision " + revision.number() + " of its card says so, by "
                + PrintableText.of(revision.by()) + " at " + revision.at()
                + (revision.signers().isEmpty()
                        ? ""
                        : ", signed with " + String.join(", ", new TreeSet<>(revision.signers())));
    }

    private static String what(DatasetVersion dataset) {
        return "The dataset " + dataset.name() + " (" + dataset.source() + ")";
    }

    /** @return as {@link #told} @throws MlopsException of kind REFUSED when the dataset may not be used */
    public static String require(DatasetVersion dataset, Optional<CardRevision> card) {
        objection(dataset, card).ifPresent(why -> {
            throw MlopsException.refused(why);
        });
        return told(dataset, card.orElseThrow());
    }
}
