package io.jenkins.plugins.mlops.core.lineage;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Asks about many numbers of the index in one query, which costs a fraction of a query each. Not thread-safe.
 */
final class IdSets {

    /** Where a query has this, one of the numbers stands. */
    static final String ANY = "(SELECT value FROM json_each(?1))";

    private final PreparedStatements statements;

    /** @param statements closed by its owner */
    IdSets(PreparedStatements statements) {
        this.statements = statements;
    }

    /** Hears a row. */
    @FunctionalInterface
    interface Row {
        void of(ResultSet row) throws SQLException;
    }

    /** @param query with {@link #ANY} in it, and no other parameter */
    void each(String query, Collection<Long> ids, Row row) throws SQLException {
        if (ids.isEmpty()) {
            return;
        }
        String json = ids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
        try (ResultSet rows = statements.get(query, json).executeQuery()) {
            while (rows.next()) {
                row.of(rows);
            }
        }
    }
}
