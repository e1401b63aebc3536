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
        Optional<String> content = dataset.digest(ResourceDescriptor.TREE).map(Digest::toString);
        Optional<String> source = dataset.annotation("sourceId");
        String key = content.or(() -> source).orElse(dataset.uri());
        if (key == null) {
            return; // its name is all that is known
        }
        long id = datasetId(key);
        run("INSERT OR IGNORE INTO use VALUES (?, ?, ?)", id, model, role);
        if (dataset.name() != null) {
            run("INSERT OR IGNORE INTO dataset_name VALUES (?, ?)", dataset.name(), id);
        }
        if (source.isPresent()) {
            run("INSERT OR IGNORE INTO dataset_source VALUES (?, ?)", source.get(), id);
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
        return id("SELECT id FROM model WHERE digest = ?", digest);
    }

    void run(String sql, Object... values) throws SQLException {
        statements.get(sql, values).executeUpdate();
    }

    private long id(String sql, Object key) throws SQLException {
        try (ResultSet row = statements.get(sql, key).executeQuery()) {
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
