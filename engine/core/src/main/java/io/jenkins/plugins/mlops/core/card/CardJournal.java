package io.jenkins.plugins.mlops.core.card;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evidence.BucketObjects;
import io.jenkins.plugins.mlops.core.evidence.Journal;
import io.jenkins.plugins.mlops.core.evidence.Sealing;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The revisions of one version's card, as {@code docs/dataset-cards.md} specifies them. Anybody who may write to the store may add
 * one; what it claims counts, when keys are trusted at all, only when one of them signed it. Thread-safe. Every method fails with
 * an {@link MlopsException}: FAILED when what is there was tampered with, REFUSED when the store does not let us.
 */
public final class CardJournal {

    private final ObjectStore store;
    private final CardPlace place;
    private final Journal journal;
    private final boolean trusting;

    /**
     * @param store stays open; its owner closes it
     * @param keys sign what is added, and say what is believed
     */
    public CardJournal(ObjectStore store, CardPlace place, Keyring keys) {
        this(store, place, keys, !keys.trusted().isEmpty());
    }

    private CardJournal(ObjectStore store, CardPlace place, Keyring keys, boolean trusting) {
        this.store = store;
        this.place = place;
        this.journal = new Journal(new BucketObjects(store, place.dataset()), place.journal(), Sealing.signed(keys));
        this.trusting = trusting;
    }

    /** For who believes nothing but what one of the keys signed, and so nothing at all without keys. */
    public static CardJournal believing(ObjectStore store, CardPlace place, TrustedKeys keys) {
        return new CardJournal(store, place, new Keyring(null, keys), true);
    }

    /** All revisions, the oldest first. */
    public List<CardRevision> revisions() {
        return journal.after(null).stream().map(this::revision).toList();
    }

    /** The newest revision; empty when nobody wrote a card. */
    public Optional<CardRevision> current() {
        List<CardRevision> revisions = revisions();
        return revisions.isEmpty() ? Optional.empty() : Optional.of(revisions.get(revisions.size() - 1));
    }

    /**
     * Adds a revision, after those that others add meanwhile, unless it would say what the newest says already and is believed of.
     *
     * @param afresh whether the draft is the whole card, and not a change of the one that is there
     * @throws MlopsException of kind USAGE when what comes out is no card, or its evidence cannot be read
     */
    public CardRevision revise(CardDraft draft, boolean afresh, String reason, String by, Instant at) {
        Card.Evidence evidence = draft.evidence() == null ? null : keep(Path.of(draft.evidence()));
        List<Journal.Entry> known = journal.after(null);
        Journal.Entry last = known.isEmpty() ? null : known.get(known.size() - 1);
        while (true) {
            Card before = last == null ? Card.EMPTY : revision(last).card();
            Card card = draft.applyTo(afresh ? Card.EMPTY : before, evidence);
            if (last != null && card.equals(before) && revision(last).believed()) {
                return revision(last);
            }
            Optional<Journal.Entry> added =
                    journal.offer(last, Documents.json().valueToTree(CardEntry.of(card, reason, by, at)));
            if (added.isPresent()) {
                return revision(added.get());
            }
            last = journal.last(last).orElse(null);
        }
    }

    /**
     * Fetches a card's evidence and compares it with its digest.
     *
     * @param file appears whole or not at all; what is there is replaced
     * @throws MlopsException of kind USAGE when the card has none, FAILED when it is gone or has other bytes
     */
    public void fetchEvidence(Card card, Path file) {
        if (card.evidence() == null) {
            throw MlopsException.usage("The card names no evidence, since it does not say that the data is anonymised");
        }
        S3Uri object = place.evidence(card.evidence().sha256());
        Path aside = file.resolveSibling(file.getFileName() + ".part");
        try {
            store.download(object, aside);
            if (!Digest.of(aside).equals(card.evidence().sha256())) {
                throw MlopsException.failed(
                        "The evidence " + object + " has other bytes than the card says: restore it");
            }
            Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw MlopsException.failed("The evidence cannot be written to " + file + ": " + e, e);
        } finally {
            discard(aside);
        }
    }

    private static void discard(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw MlopsException.failed("The file " + file + " cannot be removed: " + e, e);
        }
    }

    /** Looks whether what a draft needs is there, before anything is made. */
    public static void check(CardDraft draft) {
        if (draft.evidence() != null) {
            requireFile(Path.of(draft.evidence()));
        }
        draft.applyTo(
                Card.EMPTY,
                draft.evidence() == null ? null : new Card.Evidence(name(Path.of(draft.evidence())), Digest.of(""), 0));
    }

    private Card.Evidence keep(Path file) {
        requireFile(file);
        try {
            LocalFile local = LocalFile.read(file);
            if (local.size() == 0) {
                throw MlopsException.usage("The evidence " + file + " is empty");
            }
            store.putIfAbsent(place.evidence(local.sha256()), local);
            return new Card.Evidence(name(file), local.sha256(), local.size());
        } catch (IOException e) {
            throw MlopsException.usage("The evidence " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw MlopsException.usage("The evidence " + file + " does not exist");
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private CardRevision revision(Journal.Entry entry) {
        try {
            CardEntry body = Documents.json().treeToValue(entry.body(), CardEntry.class);
            return new CardRevision(
                    entry.number(),
                    entry.digest(),
                    body.card(),
                    body.reason(),
                    body.by(),
                    body.at(),
                    entry.signers(),
                    !trusting || !entry.signers().isEmpty());
        } catch (JsonProcessingException e) {
            String why = e.getCause() instanceof MlopsException ours ? ours.getMessage() : e.getOriginalMessage();
            throw MlopsException.failed(
                    "Revision " + entry.number() + " of the card beside " + place.dataset() + " cannot be understood: "
                            + why.lines().findFirst().orElse(""),
                    e);
        }
    }
}
