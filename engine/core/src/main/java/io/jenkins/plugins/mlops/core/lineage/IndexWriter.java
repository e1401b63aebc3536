package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Optional;

/** Writes what a record says into the index. Writing a record twice changes nothing. Not thread-safe. */
final class IndexWriter implements AutoCloseable {

    private final PreparedStatements statements;

    IndexWriter(Connection connection) {
        this.statements = new PreparedStatements(connection);
    }

    /** Writes a record, in the transaction of the caller. */
    void write(RecordFile record) throws SQLException {
        Optional<Digest> model = record.statement().model();
        Long id = model.isPresent() ? modelId(model.get()) : null;
        boolean provenance =
                record.predicate().filter(Provenance.class::isInstance).isPresent();
        if (id != null && record.predicate().isPresent()) {
            for (ResourceDescriptor artifact : record.statement().subject()) {
                Optional<Digest> sha256 = artifact.digest(ResourceDescriptor.SHA256);
                if (sha256.isPresent()) {
                    run("INSERT OR IGNORE INTO model_file VALUES (?, ?)", bytes(sha256.get()), id);
                }
            }
            write(record.predicate().get(), id);
        }
        if (record.predicate().orElse(null) instanceof Derivation derivation && isNew(record.digest())) {
            derivation(record.statement(), derivation);
        }
        run("INSERT OR IGNORE INTO record VALUES (?, ?, ?)", bytes(record.digest()), id, provenance ? 1 : 0);
    }

    private void write(Predicate predicate, long model) throws SQLException {
        if (predicate instanceof Provenance provenance) {
            for (ResourceDescriptor dependency : provenance.buildDefinition().resolvedDependencies()) {
                dependency(dependency, model);
            }
            if (provenance.mlflowRun().isPresent()) {
                mlflowRun(model, provenance, provenance.mlflowRun().get());
            }
        } else if (predicate instanceof Evaluation evaluation && evaluation.evaluationSet() != null) {
            dataset(evaluation.evaluationSet(), model, Provenance.EVALUATION_DATA);
        } else if (predicate instanceof Registration registration) {
            version(model, registration.name(), registration.version());
            if (registration.runId() != null) {
                mlflowRun(model, registration, registration.runId());
            }
        } else if (predicate instanceof Promotion promotion) {
            version(model, promotion.name(), promotion.version());
        }
    }

    private void derivation(Statement statement, Derivation derivation) throws SQLException {
        ResourceDescriptor subject = statement.subject().get(0);
        Optional<Digest> content = statement.derivedDataset();
        if (content.isEmpty()) {
            return;
        }
        long dataset = datasetId(content.get().toString());
        name(dataset, subject.annotation("name"), subject.annotation("sourceId"));
        for (ResourceDescriptor input : derivation.inputs()) {
            input(input, dataset);
        }
        if (derivation.source() != null) {
            String commit = derivation.source().digest().get(ResourceDescriptor.GIT_COMMIT);
            if (commit != null) {
                run("INSERT OR IGNORE INTO dataset_commit VALUES (?, ?)", commit, dataset);
            }
        }
        if (derivation.image() != null) {
            run(
                    "INSERT OR IGNORE INTO dataset_image VALUES (?, ?, ?)",
                    derivation.image().digest().getOrDefault(ResourceDescriptor.SHA256, ""),
                    ImageName.of(derivation.image().uri()).repository(),
                    dataset);
        }
    }

    private void input(ResourceDescriptor input, long dataset) throws SQLException {
        if (input.hasRole(Derivation.MODEL_INPUT)) {
            Optional<Digest> model = input.digest(ResourceDescriptor.TREE);
            if (model.isPresent()) {
                run("INSERT INTO derived(model, dataset) VALUES (?, ?)", modelId(model.get()), dataset);
            }
            return;
        }
        Optional<Long> source = datasetOf(input);
        if (source.isEmpty()) {
            return;
        }
        long derived = id("INSERT INTO derived(source, dataset) VALUES (?, ?) RETURNING id", source.get(), dataset);
        for (String group : Derivation.without(input, Derivation.WITHOUT_GROUPS)) {
            run("INSERT OR IGNORE INTO left_out VALUES (?, ?)", derived, leftOutGroup(group));
        }
        for (String file : Derivation.without(input, Derivation.WITHOUT_FILES)) {
            run("INSERT OR IGNORE INTO left_out VALUES (?, ?)", derived, file);
        }
    }

    /** How {@code left_out} names a group; a file is named by its digest. */
    static String leftOutGroup(String name) {
        return "group:" + name;
    }

    private boolean isNew(Digest record) throws SQLException {
        try (ResultSet row = statements
                .get("SELECT count(*) FROM record WHERE digest = ?", (Object) bytes(record))
                .executeQuery()) {
            return row.getInt(1) == 0;
        }
    }

    private void dependency(ResourceDescriptor dependency, long model) throws SQLException {
        String role = dependency.annotation(ResourceDescriptor.ROLE).orElse("");
        switch (role) {
            case Provenance.TRAINING_DATA, Provenance.EVALUATION_DATA -> dataset(dependency, model, role);
            case Provenance.PARENT -> {
                Optional<Digest> parent = dependency.digest(ResourceDescriptor.TREE);
                if (parent.isPresent()) {
                    run("INSERT OR IGNORE INTO parent VALUES (?, ?)", modelId(parent.get()), model);
                }
            }
            case Provenance.IMAGE ->
                run(
                        "INSERT OR IGNORE INTO image VALUES (?, ?, ?)",
                        dependency.digest().getOrDefault(ResourceDescriptor.SHA256, ""),
                        ImageName.of(dependency.uri()).repository(),
                        model);
            default -> {
                String commit = dependency.digest().get(ResourceDescriptor.GIT_COMMIT);
                if (commit != null) {
                    run("INSERT OR IGNORE INTO source VALUES (?, ?)", commit, model);
                }
            }
        }
    }

    private void dataset(ResourceDescriptor dataset, long model, String role) throws SQLException {
        Optional<Long> id = datasetOf(dataset);
        if (id.isPresent()) {
            run("INSERT OR IGNORE INTO use VALUES (?, ?, ?)", id.get(), model, role);
        }
    }

    /** The dataset that is described; empty when its name is all that is known. */
    private Optional<Long> datasetOf(ResourceDescriptor dataset) throws SQLException {
        Optional<String> content = dataset.digest(ResourceDescriptor.TREE).map(Digest::toString);
        Optional<String> source = dataset.annotation("sourceId");
        String key = content.or(() -> source).orElse(dataset.uri());
        if (key == null) {
            return Optional.empty();
        }
        long id = datasetId(key);
        name(id, Optional.ofNullable(dataset.name()), source);
        return Optional.of(id);
    }

    private void name(long dataset, Optional<String> name, Optional<String> source) throws SQLException {
        if (name.isPresent()) {
            run("INSERT OR IGNORE INTO dataset_name VALUES (?, ?)", name.get(), dataset);
        }
        if (source.isPresent()) {
            run("INSERT OR IGNORE INTO dataset_source VALUES (?, ?)", source.get(), dataset);
        }
    }

    private void mlflowRun(long model, Predicate predicate, String runId) throws SQLException {
        run(
                "INSERT OR IGNORE INTO run VALUES (?, ?, ?)",
                model,
                predicate.time().toEpochMilli(),
                runId);
    }

    private void version(long model, String name, int version) throws SQLException {
        run("INSERT OR IGNORE INTO version VALUES (?, ?, ?)", model, name, version);
    }

    long datasetId(String key) throws SQLException {
        run("INSERT OR IGNORE INTO dataset(key) VALUES (?)", key);
        return id("SELECT id FROM dataset WHERE key = ?", key);
    }

    private long modelId(Digest model) throws SQLException {
        byte[] digest = bytes(model);
        run("INSERT OR IGNORE INTO model(digest) VALUES (?)", digest);
        return id("SELECT id FROM model WHERE digest = ?", (Object) digest);
    }

    void run(String sql, Object... values) throws SQLException {
        statements.get(sql, values).executeUpdate();
    }

    private long id(String sql, Object... values) throws SQLException {
        try (ResultSet row = statements.get(sql, values).executeQuery()) {
            return row.getLong(1);
        }
    }

    static byte[] bytes(Digest digest) {
        return HexFormat.of().parseHex(digest.hex());
    }

    static Digest digest(byte[] bytes) {
        return new Digest(HexFormat.of().formatHex(bytes));
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
