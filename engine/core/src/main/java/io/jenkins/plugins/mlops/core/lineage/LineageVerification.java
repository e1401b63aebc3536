package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks what is recorded of a model: that records are unchanged and well-formed, that they agree with each other and with
 * MLflow, and that the chain of parents is whole.
 */
public final class LineageVerification {

    /** How a check ended. */
    public enum Outcome {
        OK,
        FAILED,
        /** It could not be made, which is said. */
        UNKNOWN;

        @JsonValue
        String json() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One check. @param check what was checked @param subject of what @param detail one clause for people */
    public record Check(String check, String subject, Outcome outcome, String detail) {}

    private final LineageStore store;
    private final RegisteredModels registered;
    private final List<Check> checks = new ArrayList<>();

    /** @param registered null when no MLflow server is configured */
    public LineageVerification(LineageStore store, RegisteredModels registered) {
        this.store = store;
        this.registered = registered;
    }

    /** Checks everything that is known of a model. */
    public List<Check> verify(ModelLocator.Located model) {
        checks.clear();
        Map<Digest, Statement> records = new LinkedHashMap<>();
        if (model.record() != null) {
            record(model.record(), records);
        }
        Set<Digest> about = new LinkedHashSet<>(store.recordsOf(model.digest()));
        for (ModelVersion version : model.versions()) {
            registered.record(version).filter(store::holds).ifPresent(about::add);
        }
        for (Digest digest : about) {
            if (!records.containsKey(digest)) {
                stored(digest, records);
            }
        }
        Dossier dossier = store.dossier(model.digest());
        List<Recorded<Provenance>> provenance = dossier.of(Provenance.class);
        if (provenance.isEmpty() && !hasProvenance(records)) {
            add("provenance", model.digest(), Outcome.FAILED, "no record says how the model came to be");
        }
        parents(model.digest());
        promotions(dossier);
        mlflow(model, provenance);
        return List.copyOf(checks);
    }

    private void stored(Digest digest, Map<Digest, Statement> records) {
        try {
            record(store.bytes(store.record(digest)), records);
        } catch (MlopsException e) {
            add("record", digest, Outcome.FAILED, e.getMessage());
        }
    }

    private void record(ModelLocator.RecordBytes record, Map<Digest, Statement> records) {
        String name = record.file() == null
                ? ""
                : record.file().substring(record.file().lastIndexOf('/') + 1);
        if (Digest.isDigest("sha256:" + name.replace(".json", ""))) {
            boolean same = name.startsWith(record.digest().hex());
            add(
                    "record",
                    name,
                    same ? Outcome.OK : Outcome.FAILED,
                    same
                            ? "the bytes have the digest that names them"
                            : "the bytes have the digest " + record.digest());
        } else {
            add("record", record.digest(), Outcome.UNKNOWN, "the file's name is no digest to compare with");
        }
        try {
            RecordFile read = RecordFile.parse(record.bytes(), "the record");
            records.put(record.digest(), read.statement());
            add(
                    "statement",
                    record.digest(),
                    read.predicate().isPresent() ? Outcome.OK : Outcome.UNKNOWN,
                    read.predicate().isPresent()
                            ? "an in-toto statement of the form "
                                    + read.statement().predicateType()
                            : "an in-toto statement of a form that is not checked, "
                                    + read.statement().predicateType());
            subject(record.digest(), read);
        } catch (MlopsException e) {
            add("statement", record.digest(), Outcome.FAILED, e.getMessage());
        }
    }

    /** The model's content id is computed anew from the files that a provenance names. */
    private void subject(Digest record, RecordFile read) {
        if (read.predicate().filter(Provenance.class::isInstance).isEmpty()) {
            return;
        }
        Optional<Digest> stated = read.statement().model();
        Optional<ModelFiles> files = ModelFiles.of(read.statement());
        if (stated.isEmpty() || files.isEmpty()) {
            add("subject", record, Outcome.UNKNOWN, "the subject lacks what the content id is computed from");
        } else if (files.get().digest().equals(stated.get())) {
            add("subject", record, Outcome.OK, files.get().files().size() + " files make the model's content id");
        } else {
            add(
                    "subject",
                    record,
                    Outcome.FAILED,
                    "the files make " + files.get().digest() + ", the record says " + stated.get());
        }
    }

    private static boolean hasProvenance(Map<Digest, Statement> records) {
        return records.values().stream()
                .anyMatch(statement -> statement.predicateType().equals(Provenance.TYPE));
    }

    /** Every ancestor must be recorded; without MLflow a missing one may merely not be here. */
    private void parents(Digest model) {
        Set<Digest> seen = new HashSet<>(Set.of(model));
        Deque<Digest> queue = new ArrayDeque<>(seen);
        while (!queue.isEmpty()) {
            for (Recorded<Provenance> provenance : store.dossier(queue.remove()).of(Provenance.class)) {
                for (ResourceDescriptor parent :
                        provenance.predicate().dependencies(Provenance.PARENT).toList()) {
                    Optional<Digest> digest = parent.digest(ResourceDescriptor.TREE);
                    if (digest.isEmpty()) {
                        add(
                                "parent",
                                String.valueOf(parent.uri()),
                                Outcome.UNKNOWN,
                                "it is named without its content id");
                    } else if (seen.add(digest.get())) {
                        queue.add(digest.get());
                        parent(parent, digest.get());
                    }
                }
            }
        }
    }

    private void parent(ResourceDescriptor parent, Digest digest) {
        String name = parent.uri() == null ? digest.toString() : parent.uri();
        if (store.knows(digest) || fetched(parent, digest)) {
            add("parent", name, Outcome.OK, "its record is there");
        } else if (registered == null) {
            add(
                    "parent",
                    name,
                    Outcome.UNKNOWN,
                    "its record is not in the store, and no MLflow server is named to ask");
        } else {
            add("parent", name, Outcome.FAILED, "neither the store nor MLflow has a record of " + digest);
        }
    }

    private boolean fetched(ResourceDescriptor parent, Digest digest) {
        if (registered == null || parent.uri() == null) {
            return false;
        }
        try {
            if (ModelName.parse(parent.uri(), store.directory()) instanceof ModelName.OfVersion version) {
                registered.fetch(registered.version(version.name(), version.version()));
            }
            return store.knows(digest);
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.UNREACHABLE || e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            return false;
        }
    }

    /** A promotion rests on a gate's verdict, unless someone overrode it or it was a rollback. */
    private void promotions(Dossier dossier) {
        for (Recorded<Promotion> promotion : dossier.of(Promotion.class)) {
            Promotion moved = promotion.predicate();
            String name = moved.name() + "/" + moved.version() + " as " + moved.alias();
            if (moved.rollback() || moved.override() && moved.gate() == null) {
                add("promotion", name, Outcome.OK, moved.rollback() ? "a rollback" : "an override, with a reason");
                continue;
            }
            Optional<GateVerdict> verdict = dossier.of(GateVerdict.class).stream()
                    .map(Recorded::predicate)
                    .filter(gate -> gate.report()
                            .digest(ResourceDescriptor.SHA256)
                            .filter(d -> d.equals(moved.gate()))
                            .isPresent())
                    .findFirst();
            if (verdict.isEmpty()) {
                add("promotion", name, Outcome.UNKNOWN, "the verdict of its gate report is not in the store");
            } else if (verdict.get().verdict().equals("pass") || moved.override()) {
                add("promotion", name, Outcome.OK, moved.override() ? "an override, with a reason" : "its gate passed");
            } else {
                add(
                        "promotion",
                        name,
                        Outcome.FAILED,
                        "its gate report says " + verdict.get().verdict());
            }
        }
    }

    private void mlflow(ModelLocator.Located model, List<Recorded<Provenance>> provenance) {
        if (registered == null) {
            add("mlflow", model.digest(), Outcome.UNKNOWN, "no MLflow server is named to compare with");
            return;
        }
        if (model.versions().isEmpty()) {
            add("mlflow", model.digest(), Outcome.UNKNOWN, "MLflow has no registered version with this digest");
        }
        List<Digest> records = provenance.stream().map(Recorded::record).toList();
        for (ModelVersion version : model.versions()) {
            String name = RegisteredModels.text(version);
            tags(name, "version", version.tags(), model.digest(), records);
            Optional<TrackedRun> run = registered.run(version);
            if (run.isEmpty()) {
                add("run", name, Outcome.UNKNOWN, "its run is not there any more");
            } else {
                tags(name, "run", run.get().tags(), model.digest(), records);
                artifact(name, version, records);
            }
        }
    }

    private void tags(String name, String of, Map<String, String> tags, Digest model, List<Digest> records) {
        tag(name, of, RunTags.MODEL_DIGEST, tags, List.of(model));
        tag(name, of, RunTags.LINEAGE, tags, records);
    }

    private void tag(String name, String of, String tag, Map<String, String> tags, List<Digest> expected) {
        String value = tags.get(tag);
        String check = of + " tag " + tag;
        if (value == null) {
            add(check, name, Outcome.UNKNOWN, "the tag is not set");
        } else if (expected.stream().anyMatch(digest -> digest.toString().equals(value))) {
            add(check, name, Outcome.OK, "it is that of the record");
        } else {
            add(check, name, Outcome.FAILED, "it is " + value + ", the records say " + expected);
        }
    }

    private void artifact(String name, ModelVersion version, List<Digest> records) {
        Optional<byte[]> artifact = registered.artifact(version);
        if (artifact.isEmpty()) {
            add("artifact", name, Outcome.UNKNOWN, "the run has no artifact " + RegisteredModels.ARTIFACT);
            return;
        }
        Optional<Digest> expected = registered
                .record(version)
                .filter(records::contains)
                .or(() -> records.stream().findFirst());
        boolean same = expected.isPresent()
                && store.holds(expected.get())
                && Arrays.equals(
                        artifact.get(),
                        store.bytes(store.record(expected.get())).bytes());
        add(
                "artifact",
                name,
                same ? Outcome.OK : Outcome.FAILED,
                same
                        ? RegisteredModels.ARTIFACT + " is the record, byte for byte"
                        : RegisteredModels.ARTIFACT + " has the digest " + Digest.of(artifact.get())
                                + ", which is no record of this model");
    }

    private void add(String check, Object subject, Outcome outcome, String detail) {
        checks.add(new Check(check, subject.toString(), outcome, detail));
    }
}
