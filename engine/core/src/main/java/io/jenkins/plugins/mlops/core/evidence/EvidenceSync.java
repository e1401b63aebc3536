package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Brings records and manifests from an evidence store into a lineage store, by following the log. What is damaged there is named, not
 * fetched, and asked for again the next time.
 *
 * <p>States of one synchronization: the store is the one that was seen before, and its log still has the newest entry that was seen, or
 * nothing is done; then page by page the objects that the log names are fetched, and the page's last entry is remembered. Who breaks
 * off goes on at the page. Not thread-safe; several processes may do it at once.
 */
public final class EvidenceSync {

    /** Objects that are read together have at most this size, bytes. */
    private static final long BATCH = 64L * 1024 * 1024;

    private final EvidenceStore evidence;
    private final LineageStore lineage;
    private final SeenEvidence seen;

    private final Map<String, String> problems = new TreeMap<>();
    private final Set<String> missing = new LinkedHashSet<>();
    private int records;
    private int manifests;
    private long entries;

    /**
     * What was done.
     *
     * @param entries of the log that were read
     * @param records that were fetched
     * @param manifests that were fetched
     * @param problems object to what is wrong with it
     */
    public record Result(String location, long entries, int records, int manifests, Map<String, String> problems) {

        public Result {
            problems = Map.copyOf(problems);
        }
    }

    public EvidenceSync(EvidenceStore evidence, LineageStore lineage) {
        this.evidence = evidence;
        this.lineage = lineage;
        this.seen = new SeenEvidence(memory(lineage));
    }

    /** Where a machine remembers what it has seen. */
    static Path memory(LineageStore lineage) {
        return lineage.directory().resolve("evidence");
    }

    /**
     * Fetches what was added since the last time.
     *
     * @throws MlopsException of kind FAILED when the store is not the one that was seen, its log was cut off, or its chain is broken
     */
    public Result sync() {
        SeenEvidence.Memory memory = known();
        missing.addAll(memory.missing());
        Optional<SeenEvidence.Head> head = memory.head(Layout.LOG);
        fetch(again(memory.missing()), true);
        Journal.Entry last = head.map(SeenEvidence.Head::entry).orElse(null);
        List<Journal.Entry> page;
        do {
            page = evidence.log().after(last, WriteOnce.PAGE);
            if (!page.isEmpty()) {
                last = page.get(page.size() - 1);
                entries += page.size();
                fetch(
                        page.stream()
                                .flatMap(entry -> LogEntry.of(entry).objects().stream())
                                .toList(),
                        false);
            }
            if (last != null) {
                seen.remember(evidence, Map.of(Layout.LOG, SeenEvidence.Head.of(last)), missing);
            }
        } while (page.size() == WriteOnce.PAGE);
        return new Result(evidence.location(), entries, records, manifests, problems);
    }

    /**
     * Makes records, manifests and index anew: fetches all that is missing or damaged here, whatever is wrong there, and indexes it. What
     * is here alone stays.
     */
    public Result rebuild() {
        SeenEvidence.Memory memory = seen.of(evidence);
        seen.replaced(evidence, memory).ifPresent(problem -> problems.put(EvidenceMarker.NAME, problem));
        memory.head(Layout.LOG)
                .flatMap(head -> SeenEvidence.lost(evidence.log(), Layout.LOG, head))
                .ifPresent(problem -> problems.put(Layout.LOG, problem));
        List<LogEntry.Added> page = new ArrayList<>();
        Journal.Entry last = new JournalAudit(evidence, Layout.LOG)
                .run(
                        entry -> {
                            entries++;
                            try {
                                page.addAll(LogEntry.of(entry).objects());
                            } catch (MlopsException e) {
                                problems.put(Layout.LOG, e.getMessage());
                            }
                            if (page.size() >= WriteOnce.PAGE) {
                                fetch(page, true);
                                page.clear();
                            }
                        },
                        problems::putIfAbsent);
        fetch(page, true);
        if (last != null && problems.isEmpty()) {
            seen.remember(evidence, Map.of(Layout.LOG, SeenEvidence.Head.of(last)), missing);
        }
        lineage.rebuild();
        return new Result(evidence.location(), entries, records, manifests, problems);
    }

    private SeenEvidence.Memory known() {
        SeenEvidence.Memory memory = seen.of(evidence);
        Optional<String> problem = seen.replaced(evidence, memory)
                .or(() -> memory.head(Layout.LOG).flatMap(head -> SeenEvidence.lost(evidence.log(), Layout.LOG, head)));
        problem.ifPresent(what -> {
            throw MlopsException.failed("The evidence store " + evidence.location() + " is not what it was: " + what);
        });
        return memory;
    }

    /** What could not be fetched before; its digest is the one in its name, or checked by its content. */
    private static List<LogEntry.Added> again(Collection<String> names) {
        return names.stream().map(name -> new LogEntry.Added(name, null, 0)).toList();
    }

    /** @param thorough whether what is here already is looked at, and replaced when it is damaged */
    private void fetch(List<LogEntry.Added> added, boolean thorough) {
        List<LogEntry.Added> batch = new ArrayList<>();
        long size = 0;
        for (LogEntry.Added object : added) {
            if (isWanted(object.name(), thorough)) {
                if (!batch.isEmpty() && size + object.size() > BATCH) {
                    read(batch);
                    batch.clear();
                    size = 0;
                }
                batch.add(object);
                size += object.size();
            }
        }
        read(batch);
    }

    private boolean isWanted(String object, boolean thorough) {
        Layout.Name name = Layout.parse(object).orElse(null);
        if (name == null || name.room().equals(Layout.ENVELOPES)) {
            missing.remove(object);
            return false;
        }
        boolean here = name.room().equals(Layout.RECORDS)
                ? (thorough ? lineage.isIntact(name.digest()) : lineage.holds(name.digest()))
                : (thorough ? lineage.isIntactManifest(name.digest()) : lineage.holdsManifest(name.digest()));
        if (here) {
            missing.remove(object);
        }
        return !here;
    }

    private void read(List<LogEntry.Added> batch) {
        List<Optional<byte[]>> contents = evidence.objects()
                .readAll(batch.stream().map(LogEntry.Added::name).toList());
        for (int i = 0; i < batch.size(); i++) {
            String object = batch.get(i).name();
            String problem = contents.get(i)
                    .map(bytes -> keep(object, bytes))
                    .orElse("the log says that it was added, and it is not there: it was deleted");
            if (problem.isEmpty()) {
                missing.remove(object);
            } else {
                missing.add(object);
                problems.put(object, problem);
            }
        }
    }

    /** Keeps an object here; what is wrong with it, empty for nothing. */
    private String keep(String object, byte[] bytes) {
        Layout.Name name = Layout.parse(object).orElseThrow();
        Inspection inspection = Inspection.of(name, bytes, evidence.keys().trusted());
        if (inspection.problem() != null) {
            return inspection.problem();
        }
        String origin = object + " in " + evidence.location();
        Digest digest = name.digest();
        if (name.room().equals(Layout.RECORDS)) {
            if (lineage.isIntact(digest)) {
                return "";
            }
            lineage.restore(digest, bytes, origin);
            records++;
        } else if (!lineage.isIntactManifest(digest)) {
            lineage.restoreManifest(digest, bytes, origin);
            manifests++;
        }
        return "";
    }
}
