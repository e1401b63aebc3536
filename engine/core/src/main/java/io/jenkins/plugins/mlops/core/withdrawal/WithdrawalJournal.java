package io.jenkins.plugins.mlops.core.withdrawal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.evidence.Journal;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.signature.VerificationKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The withdrawals of an evidence store, in its journal {@value #NAME}. A withdrawal counts whoever wrote it; its end counts, when
 * keys are trusted at all, only when one of them signed it: a forged entry can stop work, and not set data free. What was read is
 * remembered in a file, so that a journal that has become shorter is noticed and a long one is not read again each time; the store
 * is asked every time all the same. Thread-safe. Every method fails with an {@link MlopsException}: UNREACHABLE when the store is
 * away, since what is withdrawn is not known then; FAILED when entries were removed or changed.
 */
public final class WithdrawalJournal {

    static final String NAME = "withdrawals";

    private final Journal journal;
    private final String location;
    private final WithdrawalCache cache;
    private final boolean trusting;

    /**
     * @param location where the journal is, for people
     * @param trusted ids of the keys that the journal's sealing trusts; empty when nobody said which are
     * @param memory the directory of what is remembered; several evidence stores may share it
     */
    WithdrawalJournal(Journal journal, String location, Set<String> trusted, Path memory) {
        this.journal = journal;
        this.location = location;
        this.cache = new WithdrawalCache(memory, location, trusted);
        this.trusting = !trusted.isEmpty();
    }

    /**
     * The journal of an evidence store, under the keys that it was opened with.
     *
     * @param lineage has the directory in which is remembered what was read
     */
    public static WithdrawalJournal of(EvidenceStore store, LineageStore lineage) {
        Set<String> trusted =
                store.keys().trusted().keys().stream().map(VerificationKey::id).collect(Collectors.toSet());
        return new WithdrawalJournal(
                store.journal(NAME),
                store.location(),
                trusted,
                lineage.directory().resolve(NAME));
    }

    /** All withdrawals, those that have ended too, the oldest first. */
    public List<Withdrawal> read() {
        return withdrawals(entries());
    }

    /**
     * Withdraws data.
     *
     * @param digests of files, or content ids of datasets or models
     * @param groups of files
     * @throws MlopsException of kind USAGE when nothing is named, or reason or by is blank
     */
    public Withdrawal add(Collection<Digest> digests, Collection<String> groups, String reason, String by, Instant at) {
        WithdrawalEntry entry = WithdrawalEntry.add(List.copyOf(digests), List.copyOf(groups), reason, by, at);
        long number = append(entries(), entry);
        return withdrawals(entries()).stream()
                .filter(withdrawal -> withdrawal.number() == number)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Ends a withdrawal: its data may be used again.
     *
     * @throws MlopsException of kind USAGE when there is no such withdrawal or it has ended, REFUSED when the end would not count
     *     since no trusted key signs it
     */
    public Withdrawal end(long number, String reason, String by, Instant at) {
        List<Journal.Entry> known = entries();
        Withdrawal withdrawal = find(known, number);
        if (!withdrawal.inForce()) {
            throw MlopsException.usage("Withdrawal " + number + " has ended already");
        }
        append(known, WithdrawalEntry.end(number, reason, by, at));
        Withdrawal ended = find(entries(), number);
        if (ended.inForce()) {
            throw MlopsException.refused(
                    "The end of withdrawal " + number + " was written and does not count, since no trusted"
                            + " key signed it: sign with a key that is among the trusted ones");
        }
        return ended;
    }

    private Withdrawal find(List<Journal.Entry> entries, long number) {
        return withdrawals(entries).stream()
                .filter(withdrawal -> withdrawal.number() == number)
                .findFirst()
                .orElseThrow(() -> MlopsException.usage(
                        "There is no withdrawal " + number + " in " + location + ": 'mlops withdraw list' shows them"));
    }

    private long append(List<Journal.Entry> known, WithdrawalEntry entry) {
        Journal.Entry last = known.isEmpty() ? null : known.get(known.size() - 1);
        return journal.append(last, Documents.json().valueToTree(entry)).number();
    }

    private List<Journal.Entry> entries() {
        Optional<WithdrawalCache.Remembered> remembered = cache.read();
        remembered.ifPresent(seen -> requireStillThere(seen.last()));
        List<Journal.Entry> known =
                remembered.map(WithdrawalCache.Remembered::entries).orElse(List.of());
        List<Journal.Entry> newer = journal.after(known.isEmpty() ? null : known.get(known.size() - 1));
        if (newer.isEmpty()) {
            return known;
        }
        List<Journal.Entry> all = new ArrayList<>(known);
        all.addAll(newer);
        withdrawals(all); // what cannot be understood is not remembered
        cache.write(all);
        return all;
    }

    private void requireStillThere(Journal.Entry last) {
        Digest there = journal.entry(last.number()).map(Journal.Entry::digest).orElse(null);
        if (!last.digest().equals(there)) {
            throw MlopsException.failed("The withdrawals in " + location + " were tampered with: entry "
                    + last.number() + ", which was seen before, " + (there == null ? "is gone" : "is another now")
                    + "; restore it, or remove " + cache.file() + " if the store was made anew on purpose");
        }
    }

    private List<Withdrawal> withdrawals(List<Journal.Entry> entries) {
        Map<Long, Withdrawal> withdrawals = new TreeMap<>();
        for (Journal.Entry entry : entries) {
            WithdrawalEntry body = parse(entry);
            if (body.action() == WithdrawalEntry.Action.ADD) {
                withdrawals.put(entry.number(), withdrawal(entry, body));
            } else {
                // The end of none changes nothing.
                withdrawals.computeIfPresent(body.ends(), (number, ending) -> ended(ending, entry, body));
            }
        }
        return List.copyOf(withdrawals.values());
    }

    private static Withdrawal withdrawal(Journal.Entry entry, WithdrawalEntry body) {
        return new Withdrawal(
                entry.number(),
                Set.copyOf(body.digests()),
                Set.copyOf(body.groups()),
                body.reason(),
                body.by(),
                body.at(),
                entry.signers(),
                List.of());
    }

    private Withdrawal ended(Withdrawal ending, Journal.Entry entry, WithdrawalEntry body) {
        boolean believed = !trusting || !entry.signers().isEmpty();
        List<Withdrawal.End> ends = new ArrayList<>(ending.ends());
        ends.add(new Withdrawal.End(entry.number(), body.reason(), body.by(), body.at(), entry.signers(), believed));
        return new Withdrawal(
                ending.number(),
                ending.digests(),
                ending.groups(),
                ending.reason(),
                ending.by(),
                ending.at(),
                ending.signers(),
                ends);
    }

    private WithdrawalEntry parse(Journal.Entry entry) {
        JsonNode body = entry.body();
        try {
            return Documents.json().treeToValue(body, WithdrawalEntry.class);
        } catch (JsonProcessingException e) {
            String why = e.getCause() instanceof MlopsException ours ? ours.getMessage() : e.getOriginalMessage();
            throw MlopsException.failed(
                    "Entry " + entry.number() + " of the withdrawals in " + location
                            + " cannot be understood, and so what is withdrawn is not known: "
                            + why.lines().findFirst().orElse(""),
                    e);
        }
    }
}
