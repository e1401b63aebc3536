package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.lineage.LineageStep.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What came of models and datasets: goes from them to the models that started from those models or were trained on those datasets,
 * and to the datasets that were derived from either, breadth first and each once. What was left out of a derivation does not
 * go on to the derived dataset. Not thread-safe.
 */
final class DescendantWalk implements AutoCloseable {

    private final PreparedStatements statements;
    private final boolean evaluationToo;
    private final String item;
    private final Map<Node, Reached> reached = new LinkedHashMap<>();
    private final Map<Long, Reached> evaluated = new LinkedHashMap<>();
    private final Deque<Node> queue = new ArrayDeque<>();

    /**
     * A model or dataset on the way.
     *
     * @param id its number in the index
     * @param group number of the group that what is asked for had where the way began, 0 for none
     */
    record Node(Kind kind, long id, long group) {}

    /**
     * How something was reached.
     *
     * @param previous null at the beginning
     * @param roles of what was asked for at the first model on the way; null while there was none
     */
    record Reached(Node previous, Set<String> roles) {}

    /**
     * @param evaluationToo whether what a model was evaluated on counts as gone into it
     * @param item how {@code left_out} names the file that is asked for; empty for none
     */
    DescendantWalk(Connection connection, boolean evaluationToo, String item) {
        this.statements = new PreparedStatements(connection);
        this.evaluationToo = evaluationToo;
        this.item = item;
    }

    /** Begins at a model, unless what was asked for had no part in it. */
    void beginAt(long model, Set<String> roles) {
        if (evaluationToo || !roles.equals(Set.of(Provenance.EVALUATION_DATA))) {
            add(new Node(Kind.MODEL, model, 0), new Reached(null, roles));
        }
    }

    /** Begins at datasets. */
    void beginAt(Collection<Node> datasets) {
        datasets.forEach(dataset -> add(dataset, new Reached(null, null)));
    }

    void go() throws SQLException {
        while (!queue.isEmpty()) {
            Node node = queue.remove();
            if (node.kind() == Kind.MODEL) {
                goOnFromModel(node);
            } else {
                goOnFromDataset(node);
            }
        }
    }

    /** Models on the ways and how each was reached first; those last of which a derived dataset is merely an evaluation set. */
    Map<Long, Reached> models() {
        Map<Long, Reached> models = new LinkedHashMap<>();
        reached.forEach((node, how) -> {
            if (node.kind() == Kind.MODEL) {
                models.putIfAbsent(node.id(), how);
            }
        });
        evaluated.forEach(models::putIfAbsent);
        return models;
    }

    /** Derived datasets on the ways, by their number. */
    Set<Long> datasets() {
        Set<Long> datasets = new LinkedHashSet<>();
        reached.keySet().stream().filter(node -> node.kind() == Kind.DATASET).forEach(node -> datasets.add(node.id()));
        return datasets;
    }

    /** The models and datasets before, the first one first. */
    List<Node> way(Reached reachedModel) {
        ArrayDeque<Node> way = new ArrayDeque<>();
        for (Node node = reachedModel.previous();
                node != null;
                node = reached.get(node).previous()) {
            way.addFirst(node);
        }
        return List.copyOf(way);
    }

    private void goOnFromModel(Node model) throws SQLException {
        Set<String> roles = reached.get(model).roles();
        try (ResultSet rows = statements
                .get("SELECT child FROM parent WHERE parent = ? ORDER BY child", model.id())
                .executeQuery()) {
            while (rows.next()) {
                add(new Node(Kind.MODEL, rows.getLong(1), model.group()), new Reached(model, roles));
            }
        }
        try (ResultSet rows = statements
                .get("SELECT dataset FROM derived WHERE model = ? ORDER BY dataset", model.id())
                .executeQuery()) {
            while (rows.next()) {
                add(new Node(Kind.DATASET, rows.getLong(1), model.group()), new Reached(model, roles));
            }
        }
    }

    private void goOnFromDataset(Node dataset) throws SQLException {
        Set<String> before = reached.get(dataset).roles();
        Map<Long, Set<String>> uses = new TreeMap<>();
        try (ResultSet rows = statements
                .get("SELECT model, role FROM use WHERE dataset = ?", dataset.id())
                .executeQuery()) {
            while (rows.next()) {
                uses.computeIfAbsent(rows.getLong(1), model -> new TreeSet<>()).add(rows.getString(2));
            }
        }
        uses.forEach((model, roles) -> {
            Reached how = new Reached(dataset, before == null ? roles : before);
            if (evaluationToo || !roles.equals(Set.of(Provenance.EVALUATION_DATA))) {
                add(new Node(Kind.MODEL, model, dataset.group()), how);
            } else {
                evaluated.putIfAbsent(model, how);
            }
        });
        try (ResultSet rows = statements
                .get(
                        "SELECT dataset FROM derived WHERE source = ?1 AND NOT EXISTS"
                                + " (SELECT 1 FROM left_out WHERE left_out.derived = derived.id AND (left_out.item = ?2"
                                + " OR left_out.item = 'group:' || (SELECT name FROM grp WHERE id = ?3)))"
                                + " ORDER BY dataset",
                        dataset.id(),
                        item,
                        dataset.group())
                .executeQuery()) {
            while (rows.next()) {
                add(new Node(Kind.DATASET, rows.getLong(1), dataset.group()), new Reached(dataset, before));
            }
        }
    }

    private void add(Node node, Reached how) {
        if (reached.putIfAbsent(node, how) == null) {
            queue.add(node);
        }
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
