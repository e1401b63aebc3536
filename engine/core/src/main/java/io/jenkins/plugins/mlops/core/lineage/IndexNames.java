package io.jenkins.plugins.mlops.core.lineage;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Names models and datasets of the index as answers do. Not thread-safe. */
final class IndexNames {

    private final PreparedStatements statements;

    /** @param statements closed by its owner */
    IndexNames(PreparedStatements statements) {
        this.statements = statements;
    }

    /** @param id the number in the index */
    LineageStep step(LineageStep.Kind kind, long id) throws SQLException {
        boolean isModel = kind == LineageStep.Kind.MODEL;
        String query = isModel
                ? "SELECT digest, (SELECT name || '/' || version FROM version WHERE model = id ORDER BY name, version LIMIT 1)"
                        + " FROM model WHERE id = ?"
                : "SELECT key, (SELECT min(name) FROM dataset_name WHERE dataset = id) FROM dataset WHERE id = ?";
        try (ResultSet row = statements.get(query, id).executeQuery()) {
            String key = isModel ? IndexWriter.digest(row.getBytes(1)).toString() : row.getString(1);
            return new LineageStep(kind, key, row.getString(2));
        }
    }
}
