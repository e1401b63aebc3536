package io.jenkins.plugins.mlops.core.withdrawal;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evidence.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was read of the withdrawals of one evidence store, in a file. Entries that were read under other trusted keys are not
 * used, since who signed them was judged by those. Thread-safe; when several write at once, one of them is remembered.
 */
final class WithdrawalCache {

    private static final String SCHEMA = "mlops-withdrawals-seen/1";

    private final Path file;
    private final Set<String> trusted;

    WithdrawalCache(Path directory, String store, Set<String> trusted) {
        this.file = directory.resolve(Digest.of(store).hex() + ".json");
        this.trusted = Set.copyOf(trusted);
    }

    private record Seen(
            @JsonProperty(required = true) String schema,
            @JsonProperty(required = true) Set<String> trusted,
            @JsonProperty(required = true) List<SeenEntry> entries) {}

    private record SeenEntry(
            @JsonProperty(required = true) long number,
            @JsonProperty(required = true) Digest digest,
            Digest previous,
            @JsonProperty(required = true) JsonNode body,
            @JsonProperty(required = true) Set<String> signers) {

        static SeenEntry of(Journal.Entry entry) {
            return new SeenEntry(
                    entry.number(), entry.digest(), entry.previous(), entry.body(), new TreeSet<>(entry.signers()));
        }

        Journal.Entry entry() {
            return new Journal.Entry(number, digest, previous, body, signers);
        }
    }

    /**
     * What was read before.
     *
     * @param last the newest entry
     * @param entries from the first on; none when other keys were trusted then
     */
    record Remembered(Journal.Entry last, List<Journal.Entry> entries) {}

    Path file() {
        return file;
    }

    /**
     * What is remembered; empty when nothing is, or it is damaged, which costs no more than reading the store anew.
     */
    Optional<Remembered> read() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Seen seen = Documents.read(file, Seen.class);
            if (!SCHEMA.equals(seen.schema()) || seen.entries().isEmpty()) {
                return Optional.empty();
            }
            List<Journal.Entry> entries =
                    seen.entries().stream().map(SeenEntry::entry).toList();
            Journal.Entry last = entries.get(entries.size() - 1);
            return Optional.of(new Remembered(last, seen.trusted().equals(trusted) ? entries : List.of()));
        } catch (MlopsException e) {
            return Optional.empty();
        }
    }

    void write(List<Journal.Entry> entries) {
        Seen seen = new Seen(
                SCHEMA,
                new TreeSet<>(trusted),
                entries.stream().map(SeenEntry::of).toList());
        try {
            Documents.writeJson(file, seen);
        } catch (IOException e) {
            throw MlopsException.failed(
                    "What was read of the withdrawals cannot be remembered in " + file + " (" + e
                            + "): check its directory and free space",
                    e);
        }
    }
}
