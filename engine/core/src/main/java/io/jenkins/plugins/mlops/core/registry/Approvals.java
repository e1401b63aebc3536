package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.evidence.Journal;
import io.jenkins.plugins.mlops.core.lineage.Approval;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Predicate;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Approvals of promotions, each bound to one gate report. With an evidence store, its journal {@code approvals/KEY} names the records of
 * those of an alias, and no others count, so that everyone sees the same; without one, the records of the lineage store do. Where keys are
 * trusted, an approval that none of them signed does not count. Thread-safe.
 */
public final class Approvals {

    private static final String JOURNALS = "approvals/";

    private final LineageStore lineage;
    private final EvidenceStore evidence;

    /** The body of an entry. @param gate the report, so that others' records need not be read */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Entry(
            @JsonProperty(value = "record", required = true) Digest record,

            @JsonProperty(value = "version", required = true)
            int version,

            @JsonProperty(value = "gate", required = true) Digest gate) {}

    /** @param evidence stays open; null for none */
    public Approvals(LineageStore lineage, EvidenceStore evidence) {
        this.lineage = lineage;
        this.evidence = evidence;
    }

    /**
     * Approves that the alias moves to a version, for what a gate report says; who approved that already is not recorded again.
     *
     * @param reason why, or null
     * @throws MlopsException of kind REFUSED when the report did not judge the version's model; USAGE when keys are trusted and none is
     *     there to sign with
     */
    public Recorded<Approval> approve(
            ModelVersion version, String alias, GateEvidence gate, String by, String reason, Instant at) {
        MlflowLimits.alias(alias);
        Digest model = version.digest();
        if (model == null) {
            throw MlopsException.refused("Version " + version.version() + " of " + version.name() + " has no "
                    + RunTags.MODEL_DIGEST + ", so an approval cannot say which model it is about");
        }
        if (!model.equals(gate.model())) {
            throw MlopsException.refused("The gate report judged "
                    + (gate.model() == null ? "a model that it does not name" : "the model " + gate.model())
                    + ", and version " + version.version() + " of " + version.name() + " is " + model
                    + ": give the report of this version's gate");
        }
        Optional<Recorded<Approval>> before = of(version, alias).stream()
                .filter(known -> known.predicate().gate().equals(gate.report()))
                .filter(known -> same(known.predicate().by(), by))
                .findFirst();
        if (before.isPresent()) {
            return before.get();
        }
        Approval approval = new Approval(version.name(), version.version(), alias, gate.report(), by, reason, at);
        Statement statement = approval.statement(model);
        if (evidence != null) {
            evidence.requireSigner("an approval");
        }
        Digest record = lineage.append(statement);
        if (evidence != null) {
            evidence.add(record, statement.toBytes());
            Entry entry = new Entry(record, version.version(), gate.report());
            journal(version, alias).append(null, Documents.json().valueToTree(entry));
        }
        return new Recorded<>(record, statement, approval);
    }

    /** Whether two names are one person's. */
    static boolean same(String one, String other) {
        return one != null && other != null && one.strip().equalsIgnoreCase(other.strip());
    }

    /** The approvals of the version for the alias, whatever report they are for. */
    List<Recorded<Approval>> of(ModelVersion version, String alias) {
        Digest model = version.digest();
        if (model == null) {
            return List.of();
        }
        List<Recorded<Approval>> found = evidence == null
                ? lineage.dossier(model).of(Approval.class)
                : inEvidence(journal(version, alias), version.version(), model);
        return found.stream()
                .filter(known -> known.predicate().name().equals(version.name())
                        && known.predicate().version() == version.version()
                        && known.predicate().alias().equals(alias))
                .toList();
    }

    private List<Recorded<Approval>> inEvidence(Journal journal, int version, Digest model) {
        List<Recorded<Approval>> found = new ArrayList<>();
        for (Journal.Entry entry : journal.after(null)) {
            Entry body = parse(entry);
            if (body.version() == version && evidence.isBelieved(entry)) {
                found.addAll(read(body, model).stream().toList());
            }
        }
        return found;
    }

    private Optional<Recorded<Approval>> read(Entry entry, Digest model) {
        byte[] bytes = evidence.record(entry.record())
                .filter(there -> Digest.of(there).equals(entry.record()))
                .orElseThrow(() -> MlopsException.failed("The approval " + entry.record() + " in the evidence store "
                        + evidence.location() + " was deleted or changed: 'mlops lineage verify --all' tells more"));
        Statement statement = Documents.readJson(
                new String(bytes, StandardCharsets.UTF_8), "The approval " + entry.record(), Statement.class);
        return statement.model().filter(model::equals).isPresent()
                ? Predicate.of(statement)
                        .filter(Approval.class::isInstance)
                        .map(approval -> new Recorded<>(entry.record(), statement, (Approval) approval))
                : Optional.empty();
    }

    private Journal journal(ModelVersion version, String alias) {
        return evidence.journal(JOURNALS + Rounds.key(version.name(), alias));
    }

    private static Entry parse(Journal.Entry entry) {
        try {
            return Documents.json().treeToValue(entry.body(), Entry.class);
        } catch (JsonProcessingException e) {
            throw MlopsException.failed(
                    "Entry " + entry.number() + " of the approvals names no record: " + e.getOriginalMessage(), e);
        }
    }
}
