package io.jenkins.plugins.mlops.core.evidence;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.NullNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What this machine has seen of an evidence store: which one it is, and the newest entry of each of its journals. A store whose newest
 * entries were cut off, or in whose place another one was put, looks whole to who does not remember. Several processes may remember at
 * once; then one's memory stays, which is older at worst.
 */
public final class SeenEvidence {

    private final Path directory;

    /** The newest entry that was seen of a journal. */
    record Head(
            @JsonProperty(value = "number", required = true) long number,
            @JsonProperty(value = "digest", required = true) Digest digest) {

        static Head of(Journal.Entry entry) {
            return new Head(entry.number(), entry.digest());
        }

        /** As an entry that others may follow; its body is not known. */
        Journal.Entry entry() {
            return new Journal.Entry(number, digest, null, NullNode.instance, Set.of());
        }
    }

    /**
     * What was seen.
     *
     * @param store the marker's id
     * @param journals by name
     * @param missing objects that the log names and that could not be fetched
     */
    record Memory(String location, String store, Map<String, Head> journals, Set<String> missing) {

        Memory {
            journals = journals == null ? Map.of() : Map.copyOf(journals);
            missing = missing == null ? Set.of() : Set.copyOf(missing);
        }

        Optional<Head> head(String journal) {
            return Optional.ofNullable(journals.get(journal));
        }
    }

    /** @param directory where it is remembered, a file for each store; made when it is first needed */
    public SeenEvidence(Path directory) {
        this.directory = directory;
    }

    private Path file(EvidenceStore evidence) {
        return directory.resolve(Digest.of(evidence.location()).hex().substring(0, 16) + ".json");
    }

    /**
     * What was seen at the place of a store; nothing when it was never used.
     *
     * @throws MlopsException of kind USAGE when the file is damaged
     */
    Memory of(EvidenceStore evidence) {
        Path file = file(evidence);
        return Files.exists(file)
                ? Documents.read(file, Memory.class)
                : new Memory(evidence.location(), null, Map.of(), Set.of());
    }

    /** Why the store is not the one that was seen at its place; empty when it is, or none was. */
    Optional<String> replaced(EvidenceStore evidence, Memory memory) {
        String id = evidence.marker().id();
        return memory.store() == null || memory.store().equals(id)
                ? Optional.empty()
                : Optional.of("another evidence store (" + id + ") lies where this machine knows " + memory.store()
                        + "; when that is right, delete " + file(evidence));
    }

    /** Why a journal does not have the entry that was seen; empty when it has, or none was. */
    static Optional<String> lost(Journal journal, String name, Head head) {
        Optional<Journal.Entry> there = journal.entry(head.number());
        if (there.filter(entry -> entry.digest().equals(head.digest())).isPresent()) {
            return Optional.empty();
        }
        return Optional.of("the journal " + name
                + (there.isEmpty() ? " lacks its entry " : " has another entry ") + head.number()
                + (there.isEmpty() ? "" : " than the one") + " that this machine has seen ("
                + head.digest() + "): its end was cut off or replaced");
    }

    /** Remembers journals' newest entries; older ones than are remembered change nothing. */
    void remember(EvidenceStore evidence, Map<String, Head> heads, Collection<String> missing) {
        Memory memory = of(evidence);
        Map<String, Head> journals = new TreeMap<>(memory.journals());
        heads.forEach((name, head) ->
                journals.merge(name, head, (old, newer) -> old.number() > newer.number() ? old : newer));
        try {
            Documents.writeJson(
                    file(evidence),
                    new Memory(
                            evidence.location(),
                            evidence.marker().id(),
                            new TreeMap<>(journals),
                            new TreeSet<>(missing)));
        } catch (IOException e) {
            throw MlopsException.failed(
                    "What was seen of the evidence store cannot be kept in " + directory + " (" + e
                            + "): check the directory and free space",
                    e);
        }
    }
}
