package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds the datasets that a user means: by content id, source id, name or {@code NAME@ID}. */
final class DatasetNames {

    private static final Pattern SHORT_ID = Pattern.compile("(?:sha256:)?([0-9a-f]{8,63})");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    /** How many are listed in a message. */
    private static final int LISTED = 6;

    private final Connection connection;

    DatasetNames(Connection connection) {
        this.connection = connection;
    }

    /**
     * The index's ids of the datasets.
     *
     * @return empty for an id that no record knows; several where one source id was met with several contents
     * @throws MlopsException of kind USAGE for a name or a shortened id that is unknown or ambiguous
     */
    Set<Long> resolve(String asked) throws SQLException {
        int at = asked.lastIndexOf('@');
        String name = at > 0 ? asked.substring(0, at) : null;
        String id = asked.substring(at + 1);
        Map<Long, String> found = byId(id);
        if (!found.isEmpty() || isWholeId(id)) {
            if (name != null && !found.isEmpty()) {
                found.keySet().retainAll(byName(name).keySet());
                if (found.isEmpty()) {
                    throw MlopsException.usage("The dataset " + id + " is not known under the name '" + name + "'");
                }
            }
            return found.keySet();
        }
        var shortened = SHORT_ID.matcher(id);
        if (shortened.matches()) {
            String prefix = Digest.isDigest(id) ? id : "sha256:" + shortened.group(1);
            found = query("SELECT id, key FROM dataset WHERE key >= ?1 AND key < ?1 || 'g' ORDER BY key", prefix);
            if (name != null) {
                found.keySet().retainAll(byName(name).keySet());
            }
        } else if (name == null) {
            found = byName(id);
        }
        if (found.size() > 1) {
            throw MlopsException.usage("'" + asked + "' is ambiguous, it may be " + list(found.values())
                    + ": ask for one of them by its id");
        }
        if (found.isEmpty()) {
            throw MlopsException.usage("No record names a dataset '" + asked + "': a content id, a source id, a name or"
                    + " NAME@ID is wanted" + known());
        }
        return found.keySet();
    }

    /** Whether it is an id in full, so that not to know it is an answer and no mistake. */
    private static boolean isWholeId(String id) {
        return HEX.matcher(id).matches()
                || id.contains(":") && !SHORT_ID.matcher(id).matches();
    }

    private Map<Long, String> byId(String id) throws SQLException {
        String key = HEX.matcher(id).matches() ? "sha256:" + id : id;
        return query(
                "SELECT id, key FROM dataset WHERE key = ?1"
                        + " UNION SELECT id, key FROM dataset_source JOIN dataset ON id = dataset WHERE source = ?1",
                key);
    }

    private Map<Long, String> byName(String name) throws SQLException {
        return query("SELECT id, key FROM dataset_name JOIN dataset ON id = dataset WHERE name = ? ORDER BY key", name);
    }

    private String known() throws SQLException {
        Map<Long, String> names =
                query("SELECT min(dataset), name FROM dataset_name WHERE ?1 = ?1 GROUP BY name ORDER BY name", "");
        return names.isEmpty() ? "; the store knows no dataset" : "; known names are " + list(names.values());
    }

    private static String list(Iterable<String> items) {
        StringBuilder list = new StringBuilder();
        int count = 0;
        for (String item : items) {
            if (count++ == LISTED) {
                return list.append(" and others").toString();
            }
            list.append(list.isEmpty() ? "" : ", ").append(item);
        }
        return list.toString();
    }

    private Map<Long, String> query(String sql, String value) throws SQLException {
        Map<Long, String> rows = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, value);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.put(result.getLong(1), result.getString(2));
                }
            }
        }
        return rows;
    }
}
