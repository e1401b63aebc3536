package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.evidence.Journal;
import io.jenkins.plugins.mlops.core.evidence.WriteOnce;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What the evidence store has of the moves of one alias:
 *
 * <pre>
 * promotions/KEY/N.json            the journal: which rounds were decided
 * promotions-done/KEY/N.HEX.json   round N was carried out, and this is its record; HEX is the digest of its entry
 * promotions-hands/KEY/N.ID.json   someone is about to set the alias to where round N says
 * promotions-hands/KEY/N.ID.laid.json   and will not do so any more
 * </pre>
 *
 * <p>Thread-safe; errors as in {@link EvidenceStore}.
 */
final class Rounds {

    static final String JOURNALS = "promotions/";

    private static final String DONE = "promotions-done/";
    private static final String HANDS = "promotions-hands/";
    private static final String SUFFIX = ".json";
    private static final String LAID = ".laid" + SUFFIX;
    private static final int READABLE = 40;
    private static final int DIGITS = 12;

    private final EvidenceStore evidence;
    private final Journal journal;
    private final String key;
    private final String model;
    private final String alias;

    /** A round with its place in the journal. */
    record Decided(Journal.Entry entry, Round round) {

        long number() {
            return entry.number();
        }

        /** The round whose state the alias has after this one, 0 for that before the first. */
        long state() {
            return round.restores() == null ? number() : round.restores();
        }
    }

    /** Someone who is about to set the alias. @param name of the object, without what it ends with */
    record Hand(String name, long round) {}

    Rounds(EvidenceStore evidence, String model, String alias) {
        this.evidence = evidence;
        this.model = model;
        this.alias = alias;
        this.key = key(model, alias);
        this.journal = evidence.journal(JOURNALS + key);
    }

    /** How objects of an alias are called: what of its names can be read, and a digest of both. */
    static String key(String model, String alias) {
        String names = model + "-" + alias;
        String readable = names.substring(0, Math.min(names.length(), READABLE)).replaceAll("[^A-Za-z0-9_-]", "_");
        return readable + "." + Digest.of(model + "\n" + alias).hex();
    }

    String location() {
        return evidence.location() + " " + JOURNALS + key;
    }

    Optional<Decided> last() {
        return journal.last().map(this::decided);
    }

    /** The newest round, which is the given one when there is none after it. */
    Decided last(Decided known) {
        Journal.Entry last = journal.last(known.entry()).orElseThrow();
        return last.number() == known.number() ? known : decided(last);
    }

    /** All rounds, the first one first, checked to be one chain. */
    List<Decided> all() {
        return journal.after(null).stream().map(this::decided).toList();
    }

    Decided get(long number) {
        return journal.entry(number)
                .map(this::decided)
                .orElseThrow(() -> MlopsException.failed("The evidence store " + location() + " lacks round " + number
                        + ": something was deleted from it"));
    }

    /**
     * Adds a round right after the given one.
     *
     * @param last null for the first
     * @return empty when someone else's round is there
     */
    Optional<Decided> claim(Decided last, Round round) {
        Journal.Entry before = last == null ? null : last.entry();
        Optional<Decided> ours = journal.offer(before, round.toBody()).map(this::decided);
        if (ours.isPresent()) {
            return ours;
        }
        // A try whose answer was lost may have made it, in an envelope with another signature.
        return Optional.of(get(before == null ? 1 : before.number() + 1))
                .filter(there -> there.round().request().equals(round.request()));
    }

    /**
     * The newest round before the one whose state is given that nothing is wrong with: to its state a rollback returns.
     *
     * @return empty when there is none
     */
    Optional<Decided> before(long state) {
        for (long number = state - 1; number > 0; number--) {
            Decided decided = get(number);
            if (!isDoubtful(decided)) {
                return Optional.of(decided);
            }
        }
        return Optional.empty();
    }

    /**
     * Makes sure that a round of this process is believed by itself.
     *
     * @throws MlopsException of kind USAGE when keys are trusted and none is there to sign with
     */
    void requireSignature() {
        evidence.requireSigner("a move of the alias " + alias + " of " + model);
    }

    /** Whether a key is trusted and none such signed it. */
    boolean isDoubtful(Decided decided) {
        return !evidence.isBelieved(decided.entry());
    }

    boolean isDone(Decided round) {
        return objects().exists(done(round));
    }

    /** @param record the lineage record of it, null when there is none */
    void finish(Decided round, Digest record) {
        Map<String, Object> what = new LinkedHashMap<>();
        what.put("round", round.number());
        what.put("record", record);
        objects().add(done(round), bytes(what));
    }

    /** A round in the place of one that was deleted is not done since that one was. */
    private String done(Decided round) {
        return DONE + key + "/" + digits(round.number()) + "."
                + round.entry().digest().hex() + SUFFIX;
    }

    /** Raises a hand; done before the alias is set. */
    Hand raise(long round) {
        Hand hand = new Hand(HANDS + key + "/" + digits(round) + "." + UUID.randomUUID(), round);
        objects().add(hand.name() + SUFFIX, bytes(Map.of("round", round)));
        return hand;
    }

    /** Lays it down: the alias will not be set in its name any more. */
    void lay(Hand hand) {
        objects().add(hand.name() + LAID, bytes(Map.of("round", hand.round())));
    }

    /** The names of all hands that were ever raised or laid down. */
    Set<String> gestures() {
        Set<String> found = new TreeSet<>();
        objects().each(HANDS + key + "/", found::add);
        return found;
    }

    /** The rounds for which hands are still raised. */
    static Set<Long> raised(Set<String> gestures) {
        List<String> raised = new ArrayList<>();
        for (String gesture : gestures) {
            if (!gesture.endsWith(LAID)
                    && !gestures.contains(gesture.substring(0, gesture.length() - SUFFIX.length()) + LAID)) {
                raised.add(gesture);
            }
        }
        return raised.stream()
                .map(name -> name.substring(name.lastIndexOf('/') + 1))
                .filter(name -> name.matches("\\d{" + DIGITS + "}\\..*"))
                .map(name -> Long.valueOf(name.substring(0, DIGITS)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Decided decided(Journal.Entry entry) {
        String origin = "Entry " + entry.number() + " of " + location();
        Round round = Round.parse(entry.body(), origin);
        if (!round.model().equals(model) || !round.alias().equals(alias)) {
            throw MlopsException.failed(origin + " is about the alias " + round.alias() + " of " + round.model()
                    + ": it was put there by mistake or malice");
        }
        return new Decided(entry, round);
    }

    private WriteOnce objects() {
        return evidence.objects();
    }

    private static String digits(long round) {
        return String.format("%0" + DIGITS + "d", round);
    }

    private static byte[] bytes(Map<String, Object> document) {
        return Documents.toJson(document).getBytes(StandardCharsets.UTF_8);
    }
}
