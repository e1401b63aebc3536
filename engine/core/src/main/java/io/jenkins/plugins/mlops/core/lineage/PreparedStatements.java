package io.jenkins.plugins.mlops.core.lineage;

import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The statements of one connection, each prepared once. A statement's earlier result is gone when it is asked for again. Not
 * thread-safe.
 */
final class PreparedStatements implements AutoCloseable {

    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    PreparedStatements(Connection connection) {
        this.connection = connection;
    }

    /** The statement with its parameters set; it is closed with this. */
    @SuppressFBWarnings(
            value = "OBL_UNSATISFIED_OBLIGATION_EXCEPTION_EDGE",
            justification = "close() closes what the map holds")
    PreparedStatement get(String sql, Object... values) throws SQLException {
        if (!prepared.containsKey(sql)) {
            prepared.put(sql, connection.prepareStatement(sql));
        }
        PreparedStatement statement = prepared.get(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : prepared.values()) {
            statement.close();
        }
    }
}
