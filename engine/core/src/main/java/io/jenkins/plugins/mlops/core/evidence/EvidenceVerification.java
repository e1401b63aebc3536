package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Checks a whole evidence store: that its marker, its journals and every object are what was written, that nothing is missing, and who
 * signed. Only what is wrong or could not be checked is told one by one.
 *
 * <p>What was deleted together with its entry at the end of the log is found by who has seen that entry before, and by signatures not at
 * all; {@code docs/evidence.md} says more. Not thread-safe.
 */
public final class EvidenceVerification {

    /** Objects that are read together have at most this size, bytes. */
    private static final long BATCH = 64L * 1024 * 1024;

    private final EvidenceStore evidence;
    private final LineageStore lineage;
    private final TrustedKeys trusted;
    private final boolean signed;

    private final List<Check> findings = new ArrayList<>();
    private final Map<String, LogEntry.Added> logged = new TreeMap<>();
    private final Set<String> listed = new TreeSet<>();
    private final Map<String, SeenEvidence.Head> heads = new TreeMap<>();
    private final Set<Digest> records = new HashSet<>();
    private final Set<Digest> signedRecords = new HashSet<>();
    private final Set<Digest> damagedRecords = new HashSet<>();
    private int envelopes;
    private int manifests;
    private long entries;
    private long signedEntries;
    private int others;

    /**
     * The outcome.
     *
     * @param journals their names
     * @param entries of all journals
     * @param signedEntries of them, those with a trusted signature
     * @param signedRecords of the records, those that are whole and have a trusted signature
     * @param otherObjects objects of other kinds, which were not checked
     */
    public record Report(
            String location,
            String store,
            int records,
            int signedRecords,
            int envelopes,
            int manifests,
            Collection<String> journals,
            long entries,
            long signedEntries,
            int otherObjects,
            List<Check> findings) {

        public Report {
            journals = List.copyOf(journals);
            findings = List.copyOf(findings);
        }
    }

    /**
     * @param lineage its records must be in the evidence store too; it also remembers what this machine has seen
     * @param signed whether a record or entry without a trusted signature fails
     */
    public EvidenceVerification(EvidenceStore evidence, LineageStore lineage, boolean signed) {
        this.evidence = evidence;
        this.lineage = lineage;
        this.trusted = evidence.keys().trusted();
        this.signed = signed;
    }

    /** @throws MlopsException of kind USAGE when signatures are demanded and no key is trusted */
    public Report verify() {
        if (signed && trusted.isEmpty()) {
            throw MlopsException.usage("Signatures are demanded, and no key is trusted: give --trusted-keys");
        }
        SeenEvidence seen = new SeenEvidence(EvidenceSync.memory(lineage));
        SeenEvidence.Memory memory = seen.of(evidence);
        WriteOnce objects = evidence.objects();
        seen.replaced(evidence, memory).ifPresent(problem -> failed("marker", EvidenceMarker.NAME, problem));
        objects.each("", listed::add);
        journals(memory);
        marker(objects);
        objects(objects);
        signatures();
        local();
        boolean whole = findings.stream().noneMatch(finding -> finding.outcome() == Outcome.FAILED);
        if (whole) {
            seen.remember(evidence, heads, memory.missing());
        }
        return new Report(
                evidence.location(),
                evidence.marker().id(),
                records.size(),
                signedRecords.size(),
                envelopes,
                manifests,
                heads.keySet(),
                entries,
                signedEntries,
                others,
                findings);
    }

    private void journals(SeenEvidence.Memory memory) {
        Set<String> names = new TreeSet<>(memory.journals().keySet());
        names.add(Layout.LOG);
        listed.stream()
                .filter(object -> !Layout.isInRoom(object))
                .map(JournalAudit::journalOf)
                .flatMap(Optional::stream)
                .forEach(names::add);
        for (String name : names) {
            boolean isLog = name.equals(Layout.LOG);
            Journal.Entry last = new JournalAudit(evidence, name)
                    .run(
                            entry -> {
                                signature(name, entry);
                                if (isLog) {
                                    log(entry);
                                }
                            },
                            (object, problem) -> failed("journal", object, problem));
            memory.head(name)
                    .flatMap(head -> SeenEvidence.lost(evidence.journal(name), name, head))
                    .ifPresent(problem -> failed("journal", name, problem));
            if (last != null) {
                heads.put(name, SeenEvidence.Head.of(last));
            } else if (isLog) {
                failed(
                        "journal",
                        name,
                        "the store has a marker and no log: its log was deleted, or its making broke off"
                                + " ('mlops evidence init' finishes it)");
            }
        }
    }

    private void signature(String journal, Journal.Entry entry) {
        entries++;
        if (!entry.signers().isEmpty()) {
            signedEntries++;
        } else if (signed) {
            failed(
                    "signature",
                    evidence.journal(journal).object(entry.number()),
                    "no trusted key has signed the entry");
        }
    }

    private void log(Journal.Entry entry) {
        try {
            for (LogEntry.Added added : LogEntry.of(entry).objects()) {
                LogEntry.Added before = logged.putIfAbsent(added.name(), added);
                if (before != null && !before.digest().equals(added.digest())) {
                    failed(
                            "log",
                            added.name(),
                            "entry " + entry.number() + " says that its digest is " + added.digest()
                                    + ", an earlier one " + before.digest());
                }
            }
        } catch (MlopsException e) {
            failed("log", evidence.log().object(entry.number()), e.getMessage());
        }
    }

    private void marker(WriteOnce objects) {
        LogEntry.Added first = logged.remove(EvidenceMarker.NAME);
        if (first == null) {
            failed("marker", EvidenceMarker.NAME, "the log does not begin with it: its first entry was replaced");
        } else if (objects.read(EvidenceMarker.NAME)
                .filter(bytes -> Digest.of(bytes).equals(first.digest()))
                .isEmpty()) {
            failed("marker", EvidenceMarker.NAME, "it is not the one that the log begins with: it was replaced");
        }
    }

    private void objects(WriteOnce objects) {
        List<LogEntry.Added> batch = new ArrayList<>();
        long size = 0;
        for (LogEntry.Added added : logged.values()) {
            if (!batch.isEmpty() && (size + added.size() > BATCH || batch.size() == WriteOnce.PAGE)) {
                read(objects, batch);
                batch.clear();
                size = 0;
            }
            batch.add(added);
            size += added.size();
        }
        read(objects, batch);
        for (String object : listed) {
            if (Layout.isInRoom(object) && !logged.containsKey(object)) {
                unlogged(object, objects.read(object));
            } else if (!Layout.isInRoom(object) && isOther(object)) {
                others++;
            }
        }
    }

    private static boolean isOther(String object) {
        return !object.equals(EvidenceMarker.NAME)
                && !object.startsWith(ConditionalWrites.ROOM)
                && JournalAudit.journalOf(object).isEmpty();
    }

    private void read(WriteOnce objects, List<LogEntry.Added> batch) {
        List<Optional<byte[]>> contents =
                objects.readAll(batch.stream().map(LogEntry.Added::name).toList());
        for (int i = 0; i < batch.size(); i++) {
            LogEntry.Added added = batch.get(i);
            if (contents.get(i).isEmpty()) {
                failed("object", added.name(), "the log says that it was added, and it is not there: it was deleted");
            } else {
                object(added.name(), contents.get(i).get(), added.digest());
            }
        }
    }

    /** @param expected the digest that the log says, null for an object that the log does not name */
    private void object(String object, byte[] bytes, Digest expected) {
        Optional<Layout.Name> name = Layout.parse(object);
        if (name.isEmpty()) {
            failed("object", object, "its name is that of no record, envelope or manifest");
            return;
        }
        Inspection inspection = Inspection.of(name.get(), bytes, trusted);
        Digest digest = name.get().digest();
        switch (name.get().room()) {
            case Layout.RECORDS -> records.add(digest);
            case Layout.MANIFESTS -> manifests++;
            default -> envelopes++;
        }
        boolean same = expected == null || Digest.of(bytes).equals(expected);
        if (!(inspection.problem() == null && same) && name.get().room().equals(Layout.RECORDS)) {
            damagedRecords.add(digest);
        }
        if (inspection.problem() != null) {
            failed("object", object, inspection.problem());
        } else if (!same) {
            failed(
                    "object",
                    object,
                    "its bytes have another digest than the log says, " + expected + ": it was replaced");
        } else if (!inspection.signers().isEmpty()) {
            signedRecords.add(digest);
        }
    }

    private void unlogged(String object, Optional<byte[]> bytes) {
        bytes.ifPresent(there -> object(object, there, null));
        failed(
                "object",
                object,
                "no entry of the log says that it was added: its writer broke off, then"
                        + " 'mlops lineage deliver' there enters it, or it was put there past the log, or the log lost an entry");
    }

    private void signatures() {
        signedRecords.retainAll(records);
        signedRecords.removeAll(damagedRecords);
        if (trusted.isEmpty()) {
            add(
                    "signature",
                    "records",
                    Outcome.UNKNOWN,
                    "no key is trusted, so no signature was checked: give --trusted-keys");
            return;
        }
        List<Digest> unsigned = records.stream()
                .filter(record -> !signedRecords.contains(record) && !damagedRecords.contains(record))
                .sorted()
                .toList();
        if (signed) {
            unsigned.forEach(record -> failed("signature", Layout.record(record), "no trusted key has signed it"));
        } else if (!unsigned.isEmpty() || signedEntries < entries) {
            add(
                    "signature",
                    unsigned.isEmpty() ? "journals" : "records",
                    Outcome.UNKNOWN,
                    unsigned.size() + " of " + records.size() + " records and " + (entries - signedEntries) + " of "
                            + entries
                            + " entries of journals are signed by no trusted key; --require-signature names them");
        }
    }

    /** What this machine has must be there too, and be whole. */
    private void local() {
        for (Digest record : lineage.records()) {
            if (!records.contains(record)) {
                add(
                        "local",
                        record.toString(),
                        Outcome.UNKNOWN,
                        "it is in " + lineage.directory()
                                + " and not in the evidence store: it is not delivered yet, or was"
                                + " deleted there with its entry of the log");
            }
        }
        lineage.problems().forEach((file, problem) -> failed("local", file, problem));
    }

    private void failed(String check, String subject, String detail) {
        add(check, subject, Outcome.FAILED, detail);
    }

    private void add(String check, String subject, Outcome outcome, String detail) {
        findings.add(new Check(check, subject, outcome, detail));
    }
}
