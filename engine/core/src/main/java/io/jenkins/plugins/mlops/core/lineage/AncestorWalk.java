package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What went into a model or dataset: goes from it to the datasets that it was made of and the models that it started from, breadth
 * first and each once, and looks what they have in them. A dataset that a model was merely evaluated on did not go into it. Not
 * thread-safe.
 */
final class AncestorWalk implements AutoCloseable {

    private final PreparedStatements statements;

    AncestorWalk(Connection connection) {
        this.statements = new PreparedStatements(connection);
    }

    /** A model or dataset by its number in the index. */
    private record Node(LineageStep.Kind kind, long id) {}

    /**
     * @param start a model's or dataset's content id, or a dataset's source id
     * @param digests of files, datasets and models
     */
    List<LineageOrigin> origins(
            LineageStep.Kind kind, String start, Collection<Digest> digests, Collection<String> groups)
            throws SQLException {
        Map<Node, Node> towards = visited(kind, start);
        List<LineageOrigin> origins = new ArrayList<>();
        for (Node node : towards.keySet()) {
            List<LineageStep> path = path(node, towards);
            LineageStep step = path.get(0);
            boolean isModel = node.kind() == LineageStep.Kind.MODEL;
            for (Digest digest : digests) {
                if (digest.toString().equals(step.id())) {
                    origins.add(new LineageOrigin(
                            isModel ? LineageOrigin.Kind.MODEL : LineageOrigin.Kind.DATASET, step.id(), path));
                }
                String holds = isModel
                        ? "SELECT 1 FROM model_file WHERE sha256 = ? AND model = ?"
                        : "SELECT 1 FROM file JOIN dataset_file ON file = id WHERE sha256 = ? AND dataset = ?";
                if (exists(holds, IndexWriter.bytes(digest), node.id())) {
                    origins.add(new LineageOrigin(LineageOrigin.Kind.FILE, digest.toString(), path));
                }
            }
            for (String group : isModel ? List.<String>of() : groups) {
                if (exists("SELECT 1 FROM dataset_group WHERE name = ? AND dataset = ?", group, node.id())) {
                    origins.add(new LineageOrigin(LineageOrigin.Kind.GROUP, group, path));
                }
            }
        }
        return origins;
    }

    /** Every ancestor and the start itself, each with the next one towards the start. */
    private Map<Node, Node> visited(LineageStep.Kind kind, String start) throws SQLException {
        Map<Node, Node> towards = new LinkedHashMap<>();
        Deque<Node> queue = new ArrayDeque<>();
        for (long id : starts(kind, start)) {
            Node node = new Node(kind, id);
            towards.put(node, null);
            queue.add(node);
        }
        while (!queue.isEmpty()) {
            Node node = queue.remove();
            for (Node source : sources(node)) {
                if (!towards.containsKey(source)) {
                    towards.put(source, node);
                    queue.add(source);
                }
            }
        }
        return towards;
    }

    private List<Long> starts(LineageStep.Kind kind, String start) throws SQLException {
        if (kind == LineageStep.Kind.MODEL) {
            return numbers("SELECT id FROM model WHERE digest = ?", IndexWriter.bytes(Digest.parse(start)));
        }
        return numbers(
                "SELECT id FROM dataset WHERE key = ?1 UNION SELECT dataset FROM dataset_source WHERE source = ?1",
                start);
    }

    private List<Node> sources(Node node) throws SQLException {
        List<Node> sources = new ArrayList<>();
        if (node.kind() == LineageStep.Kind.MODEL) {
            numbers(
                            "SELECT dataset FROM use WHERE model = ? AND role = '" + Provenance.TRAINING_DATA
                                    + "' ORDER BY dataset",
                            node.id())
                    .forEach(id -> sources.add(new Node(LineageStep.Kind.DATASET, id)));
            numbers("SELECT parent FROM parent WHERE child = ? ORDER BY parent", node.id())
                    .forEach(id -> sources.add(new Node(LineageStep.Kind.MODEL, id)));
        }
        return sources;
    }

    private List<LineageStep> path(Node from, Map<Node, Node> towards) throws SQLException {
        List<LineageStep> path = new ArrayList<>();
        for (Node node = from; node != null; node = towards.get(node)) {
            path.add(step(node));
        }
        return path;
    }

    private LineageStep step(Node node) throws SQLException {
        String query = node.kind() == LineageStep.Kind.MODEL
                ? "SELECT digest, (SELECT name || '/' || version FROM version WHERE model = id ORDER BY name, version LIMIT 1)"
                        + " FROM model WHERE id = ?"
                : "SELECT key, (SELECT min(name) FROM dataset_name WHERE dataset = id) FROM dataset WHERE id = ?";
        try (ResultSet row = statements.get(query, node.id()).executeQuery()) {
            String id = node.kind() == LineageStep.Kind.MODEL
                    ? IndexWriter.digest(row.getBytes(1)).toString()
                    : row.getString(1);
            return new LineageStep(node.kind(), id, row.getString(2));
        }
    }

    private boolean exists(String query, Object... values) throws SQLException {
        try (ResultSet rows = statements.get(query, values).executeQuery()) {
            return rows.next();
        }
    }

    private List<Long> numbers(String query, Object value) throws SQLException {
        List<Long> numbers = new ArrayList<>();
        try (ResultSet rows = statements.get(query, value).executeQuery()) {
            while (rows.next()) {
                numbers.add(rows.getLong(1));
            }
        }
        return numbers;
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
