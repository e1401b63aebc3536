package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStep.Kind;
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
import java.util.Set;
import java.util.TreeMap;

/**
 * What went into a model or dataset: goes from it to the datasets that it was made of and the models that it started from, breadth
 * first and each once, and looks what they have in them. A dataset that a model was merely evaluated on did not go into it, nor did
 * what was left out of a derivation. Not thread-safe.
 */
final class AncestorWalk implements AutoCloseable {

    private final PreparedStatements statements;
    private final IndexNames names;

    AncestorWalk(Connection connection) {
        this.statements = new PreparedStatements(connection);
        this.names = new IndexNames(statements);
    }

    /** A model or dataset by its number in the index. */
    private record Node(Kind kind, long id) {}

    /** One way to go on. @param derivation its number in the index when it is an input of one, else 0 */
    private record Edge(Node to, long derivation) {}

    /**
     * Where something came from.
     *
     * @param starts what was asked about
     * @param ways from each ancestor and start, towards the starts
     */
    private record Ancestry(Set<Node> starts, Map<Node, List<Edge>> ways) {}

    /**
     * Which of these went into it, each by a shortest way from each model or dataset that has it.
     *
     * @param start a model's or dataset's content id, or a dataset's source id
     * @param digests of files, datasets and models
     */
    List<LineageOrigin> origins(Kind kind, String start, Collection<Digest> digests, Collection<String> groups)
            throws SQLException {
        Ancestry ancestry = ancestry(kind, start);
        Set<Digest> wholes = Set.copyOf(digests);
        Map<String, Long> knownGroups = numbers(groups);
        rememberAsked(digests);
        List<LineageOrigin> origins = new ArrayList<>();
        for (Node node : ancestry.ways().keySet()) {
            String id = names.step(node.kind(), node.id()).id();
            if (Digest.isDigest(id) && wholes.contains(Digest.parse(id))) {
                LineageOrigin.Kind whole =
                        node.kind() == Kind.MODEL ? LineageOrigin.Kind.MODEL : LineageOrigin.Kind.DATASET;
                add(origins, whole, id, node, Set.of(), ancestry);
            }
            for (Map.Entry<Digest, Set<String>> file : askedFiles(node).entrySet()) {
                add(origins, LineageOrigin.Kind.FILE, file.getKey().toString(), node, file.getValue(), ancestry);
            }
            for (Map.Entry<String, Long> group : knownGroups.entrySet()) {
                if (node.kind() == Kind.DATASET && hasGroup(node, group.getValue())) {
                    Set<String> called = Set.of(IndexWriter.leftOutGroup(group.getKey()));
                    add(origins, LineageOrigin.Kind.GROUP, group.getKey(), node, called, ancestry);
                }
            }
        }
        return origins;
    }

    /** The numbers of those groups that the index knows. */
    private Map<String, Long> numbers(Collection<String> groups) throws SQLException {
        Map<String, Long> numbers = new TreeMap<>();
        for (String group : groups) {
            try (ResultSet row =
                    statements.get("SELECT id FROM grp WHERE name = ?", group).executeQuery()) {
                if (row.next()) {
                    numbers.put(group, row.getLong(1));
                }
            }
        }
        return numbers;
    }

    /** Puts the digests into a table of this connection, so that each ancestor is asked once for all of them. */
    private void rememberAsked(Collection<Digest> digests) throws SQLException {
        statements
                .get("CREATE TEMP TABLE IF NOT EXISTS asked(sha256 BLOB PRIMARY KEY, file INTEGER) WITHOUT ROWID")
                .executeUpdate();
        statements.get("BEGIN").executeUpdate(); // of the temporary table alone: no other process waits
        statements.get("DELETE FROM asked").executeUpdate();
        for (Digest digest : digests) {
            statements
                    .get("INSERT OR IGNORE INTO asked SELECT ?1, (SELECT id FROM file WHERE sha256 = ?1)", (Object)
                            IndexWriter.bytes(digest))
                    .executeUpdate();
        }
        statements.get("COMMIT").executeUpdate();
    }

    /** Ancestors of which it is not known what is in them. */
    List<LineageStep> unknown(Kind kind, String start) throws SQLException {
        List<LineageStep> unknown = new ArrayList<>();
        for (Node node : ancestry(kind, start).ways().keySet()) {
            String known = node.kind() == Kind.MODEL
                    ? "SELECT 1 FROM record WHERE model = ? AND provenance = 1"
                    : "SELECT 1 FROM dataset WHERE id = ? AND complete = 1";
            if (!exists(known, node.id())) {
                unknown.add(names.step(node.kind(), node.id()));
            }
        }
        return unknown;
    }

    private void add(
            List<LineageOrigin> origins,
            LineageOrigin.Kind kind,
            String item,
            Node holder,
            Set<String> called,
            Ancestry ancestry)
            throws SQLException {
        List<LineageStep> path = path(holder, called, ancestry);
        if (!path.isEmpty()) {
            origins.add(new LineageOrigin(kind, item, path));
        }
    }

    private Ancestry ancestry(Kind kind, String start) throws SQLException {
        Map<Node, List<Edge>> ways = new LinkedHashMap<>();
        for (long id : starts(kind, start)) {
            ways.put(new Node(kind, id), new ArrayList<>());
        }
        Set<Node> starts = Set.copyOf(ways.keySet());
        Deque<Node> queue = new ArrayDeque<>(starts);
        while (!queue.isEmpty()) {
            Node node = queue.remove();
            for (Edge source : sources(node)) {
                if (!ways.containsKey(source.to())) {
                    ways.put(source.to(), new ArrayList<>());
                    queue.add(source.to());
                }
                ways.get(source.to()).add(new Edge(node, source.derivation()));
            }
        }
        return new Ancestry(starts, ways);
    }

    private List<Long> starts(Kind kind, String start) throws SQLException {
        List<Long> starts = new ArrayList<>();
        String query = kind == Kind.MODEL
                ? "SELECT id FROM model WHERE digest = ?"
                : "SELECT id FROM dataset WHERE key = ?1 UNION SELECT dataset FROM dataset_source WHERE source = ?1";
        Object key = kind == Kind.MODEL ? IndexWriter.bytes(Digest.parse(start)) : start;
        try (ResultSet rows = statements.get(query, key).executeQuery()) {
            while (rows.next()) {
                starts.add(rows.getLong(1));
            }
        }
        return starts;
    }

    private List<Edge> sources(Node node) throws SQLException {
        List<Edge> sources = new ArrayList<>();
        if (node.kind() == Kind.MODEL) {
            edges(
                    sources,
                    "SELECT dataset, NULL, 0 FROM use WHERE model = ?1 AND role = 'training'"
                            + " UNION ALL SELECT NULL, parent, 0 FROM parent WHERE child = ?1",
                    node.id());
        } else {
            edges(sources, "SELECT source, model, id FROM derived WHERE dataset = ?", node.id());
        }
        return sources;
    }

    private void edges(List<Edge> edges, String query, long node) throws SQLException {
        try (ResultSet rows = statements.get(query, node).executeQuery()) {
            while (rows.next()) {
                long dataset = rows.getLong(1);
                Node to = rows.wasNull() ? new Node(Kind.MODEL, rows.getLong(2)) : new Node(Kind.DATASET, dataset);
                edges.add(new Edge(to, rows.getLong(3)));
            }
        }
    }

    /** Those of the digests that are files of a dataset or model, each with how it may be called where it is left out. */
    private Map<Digest, Set<String>> askedFiles(Node node) throws SQLException {
        Map<Digest, Set<String>> files = new LinkedHashMap<>();
        String query = node.kind() == Kind.MODEL
                ? "SELECT sha256, NULL FROM asked CROSS JOIN model_file USING (sha256) WHERE model = ?"
                : "SELECT asked.sha256, grp.name FROM asked CROSS JOIN dataset_file ON dataset_file.file = asked.file"
                        + " LEFT JOIN grp ON grp.id = dataset_file.grp WHERE dataset = ?";
        try (ResultSet rows = statements.get(query, node.id()).executeQuery()) {
            while (rows.next()) {
                Digest file = IndexWriter.digest(rows.getBytes(1));
                String group = rows.getString(2);
                files.put(
                        file,
                        group == null
                                ? Set.of(file.toString())
                                : Set.of(file.toString(), IndexWriter.leftOutGroup(group)));
            }
        }
        return files;
    }

    private boolean hasGroup(Node dataset, long group) throws SQLException {
        return exists("SELECT 1 FROM dataset_group WHERE grp = ? AND dataset = ?", group, dataset.id());
    }

    /** A shortest way to the start on which nothing that is called so is left out; empty when there is none. */
    private List<LineageStep> path(Node from, Set<String> called, Ancestry ancestry) throws SQLException {
        Map<Node, Node> previous = new LinkedHashMap<>();
        Deque<Node> queue = new ArrayDeque<>(List.of(from));
        previous.put(from, null);
        while (!queue.isEmpty()) {
            Node node = queue.remove();
            if (ancestry.starts().contains(node)) {
                return way(node, previous);
            }
            for (Edge edge : ancestry.ways().get(node)) {
                if (!previous.containsKey(edge.to()) && !isLeftOut(edge.derivation(), called)) {
                    previous.put(edge.to(), node);
                    queue.add(edge.to());
                }
            }
        }
        return List.of();
    }

    private List<LineageStep> way(Node to, Map<Node, Node> previous) throws SQLException {
        ArrayDeque<LineageStep> way = new ArrayDeque<>();
        for (Node node = to; node != null; node = previous.get(node)) {
            way.addFirst(names.step(node.kind(), node.id()));
        }
        return List.copyOf(way);
    }

    private boolean isLeftOut(long derivation, Set<String> called) throws SQLException {
        for (String name : derivation == 0 ? Set.<String>of() : called) {
            if (exists("SELECT 1 FROM left_out WHERE derived = ? AND item = ?", derivation, name)) {
                return true;
            }
        }
        return false;
    }

    private boolean exists(String query, Object... values) throws SQLException {
        try (ResultSet rows = statements.get(query, values).executeQuery()) {
            return rows.next();
        }
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
