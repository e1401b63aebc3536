package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.lineage.LineageStep.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What came of models and datasets: goes from them to the models that started from those models or were trained on those datasets,
 * and to the datasets that were derived from either, breadth first and each once. What was left out of a derivation does not
 * go on to the derived dataset. Not thread-safe.
 */
final class DescendantWalk implements AutoCloseable {

    private final PreparedStatements statements;
    private final IdSets index;
    private final boolean evaluationToo;
    private final String item;
    private final Map<Node, Reached> reached = new LinkedHashMap<>();
    private final Map<Long, Reached> evaluated = new LinkedHashMap<>();
    private final List<Node> frontier = new ArrayList<>();

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
        this.index = new IdSets(statements);
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

    /** Goes on from all that was reached last at once, until nothing is new. */
    void go() throws SQLException {
        while (!frontier.isEmpty()) {
            List<Node> nodes = List.copyOf(frontier);
            frontier.clear();
            Links links = new Links(nodes);
            for (Node node : nodes) {
                if (node.kind() == Kind.MODEL) {
                    goOnFromModel(node, links);
                } else {
                    goOnFromDataset(node, links);
                }
            }
        }
    }

    /** A derivation's number and the dataset that it made. */
    private record Made(long derivation, long dataset) {}

    /** A model that used a dataset. */
    private record Use(long model, String role) {}

    /** What is next to some models and datasets. */
    private final class Links {
        private final Map<Long, List<Long>> children = new HashMap<>();
        private final Map<Long, List<Long>> madeByModel = new HashMap<>();
        private final Map<Long, List<Use>> uses = new HashMap<>();
        private final Map<Long, List<Made>> derived = new HashMap<>();

        Links(List<Node> nodes) throws SQLException {
            Set<Long> models = ids(nodes, Kind.MODEL);
            Set<Long> datasets = ids(nodes, Kind.DATASET);
            index.each(
                    "SELECT parent, child FROM parent WHERE parent IN " + IdSets.ANY + " ORDER BY child",
                    models,
                    row -> list(children, row.getLong(1)).add(row.getLong(2)));
            index.each(
                    "SELECT model, dataset FROM derived WHERE model IN " + IdSets.ANY + " ORDER BY dataset",
                    models,
                    row -> list(madeByModel, row.getLong(1)).add(row.getLong(2)));
            index.each(
                    "SELECT dataset, model, role FROM use WHERE dataset IN " + IdSets.ANY + " ORDER BY model",
                    datasets,
                    row -> list(uses, row.getLong(1)).add(new Use(row.getLong(2), row.getString(3))));
            index.each(
                    "SELECT source, id, dataset FROM derived WHERE source IN " + IdSets.ANY + " ORDER BY dataset",
                    datasets,
                    row -> list(derived, row.getLong(1)).add(new Made(row.getLong(2), row.getLong(3))));
        }

        private static Set<Long> ids(List<Node> nodes, Kind kind) {
            return nodes.stream()
                    .filter(node -> node.kind() == kind)
                    .map(Node::id)
                    .collect(Collectors.toSet());
        }

        private static <T> List<T> list(Map<Long, List<T>> lists, long id) {
            return lists.computeIfAbsent(id, key -> new ArrayList<>());
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

    private void goOnFromModel(Node model, Links links) {
        Reached how = new Reached(model, reached.get(model).roles());
        for (long child : links.children.getOrDefault(model.id(), List.of())) {
            add(new Node(Kind.MODEL, child, model.group()), how);
        }
        for (long dataset : links.madeByModel.getOrDefault(model.id(), List.of())) {
            add(new Node(Kind.DATASET, dataset, model.group()), how);
        }
    }

    private void goOnFromDataset(Node dataset, Links links) throws SQLException {
        Set<String> before = reached.get(dataset).roles();
        Map<Long, Set<String>> uses = new TreeMap<>();
        for (Use use : links.uses.getOrDefault(dataset.id(), List.of())) {
            uses.computeIfAbsent(use.model(), model -> new TreeSet<>()).add(use.role());
        }
        uses.forEach((model, roles) -> {
            Reached how = new Reached(dataset, before == null ? roles : before);
            if (evaluationToo || !roles.equals(Set.of(Provenance.EVALUATION_DATA))) {
                add(new Node(Kind.MODEL, model, dataset.group()), how);
            } else {
                evaluated.putIfAbsent(model, how);
            }
        });
        for (Made made : links.derived.getOrDefault(dataset.id(), List.of())) {
            if (!isLeftOut(made.derivation(), dataset.group())) {
                add(new Node(Kind.DATASET, made.dataset(), dataset.group()), new Reached(dataset, before));
            }
        }
    }

    private boolean isLeftOut(long derivation, long group) throws SQLException {
        try (ResultSet rows = statements
                .get(
                        "SELECT 1 FROM left_out WHERE derived = ?1 AND (item = ?2"
                                + " OR item = 'group:' || (SELECT name FROM grp WHERE id = ?3))",
                        derivation,
                        item,
                        group)
                .executeQuery()) {
            return rows.next();
        }
    }

    private void add(Node node, Reached how) {
        if (reached.putIfAbsent(node, how) == null) {
            frontier.add(node);
        }
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
