package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch.RegisteredVersion;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch.Relation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Answers questions from an index that is up to date. Not thread-safe. */
final class IndexReader implements AutoCloseable {

    private static final Comparator<LineageMatch> BY_VERSION = Comparator.comparing(
                    (LineageMatch match) -> match.versions().isEmpty())
            .thenComparing(match ->
                    match.versions().isEmpty() ? "" : match.versions().get(0).name())
            .thenComparing(match ->
                    match.versions().isEmpty() ? 0 : match.versions().get(0).version())
            .thenComparing(LineageMatch::model);

    private final Connection connection;
    /** Those that are run once for every match. */
    private final PreparedStatements statements;

    private final IndexNames names;

    IndexReader(Connection connection) {
        this.connection = connection;
        this.statements = new PreparedStatements(connection);
        this.names = new IndexNames(statements);
    }

    /** @param evaluationToo whether models inherit what they, or those before them, were merely evaluated on */
    List<LineageMatch> find(LineageQuery query, boolean evaluationToo) throws SQLException {
        Map<Long, Set<String>> direct = direct(query);
        try (DescendantWalk walk = new DescendantWalk(connection, evaluationToo, item(query))) {
            direct.forEach(walk::beginAt);
            walk.beginAt(derived(query));
            walk.go();
            Map<Long, DescendantWalk.Reached> inherited = walk.models();
            inherited.keySet().removeAll(direct.keySet());
            Set<Long> all = new LinkedHashSet<>(direct.keySet());
            all.addAll(inherited.keySet());
            ModelDetails details = ModelDetails.of(new IdSets(statements), all);
            List<LineageMatch> matches = new ArrayList<>();
            for (Map.Entry<Long, Set<String>> model : direct.entrySet()) {
                matches.add(match(details, model.getKey(), Relation.DIRECT, List.of(), model.getValue()));
            }
            matches.sort(BY_VERSION);
            matches.addAll(inherited(walk, inherited, details));
            return matches;
        }
    }

    /** Each model once, by a shortest way. */
    private List<LineageMatch> inherited(
            DescendantWalk walk, Map<Long, DescendantWalk.Reached> models, ModelDetails details) throws SQLException {
        Map<DescendantWalk.Node, LineageStep> steps = new HashMap<>();
        List<LineageMatch> matches = new ArrayList<>();
        for (Map.Entry<Long, DescendantWalk.Reached> model : models.entrySet()) {
            List<LineageStep> via = new ArrayList<>();
            for (DescendantWalk.Node node : walk.way(model.getValue())) {
                LineageStep step = steps.get(node);
                if (step == null) {
                    step = node.kind() == LineageStep.Kind.MODEL
                            ? details.step(node.id())
                            : names.step(node.kind(), node.id());
                    steps.put(node, step);
                }
                via.add(step);
            }
            matches.add(match(
                    details,
                    model.getKey(),
                    Relation.INHERITED,
                    via,
                    model.getValue().roles()));
        }
        matches.sort(Comparator.comparingInt(match -> match.via().size()));
        return matches;
    }

    private static LineageMatch match(
            ModelDetails details, long model, Relation relation, List<LineageStep> via, Set<String> roles) {
        return new LineageMatch(
                details.digest(model), relation, via, roles, details.versions(model), details.run(model));
    }

    /** Models that have to do with what is asked for by their own records, and in which roles. */
    private Map<Long, Set<String>> direct(LineageQuery query) throws SQLException {
        Map<Long, Set<String>> found = new TreeMap<>();
        if (query instanceof LineageQuery.OfDataset dataset) {
            for (long id : new DatasetNames(connection).resolve(dataset.id())) {
                collect(found, "SELECT model, role FROM use WHERE dataset = ?", id);
            }
        } else if (query instanceof LineageQuery.OfFile file) {
            byte[] sha256 = IndexWriter.bytes(file.sha256());
            collect(
                    found,
                    "SELECT use.model, use.role FROM file JOIN dataset_file ON dataset_file.file = file.id"
                            + " JOIN use USING (dataset) WHERE file.sha256 = ?",
                    sha256);
            collect(found, "SELECT model, 'model' FROM model_file WHERE sha256 = ?", sha256);
        } else if (query instanceof LineageQuery.OfGroup group) {
            collect(
                    found,
                    "SELECT use.model, use.role FROM grp JOIN dataset_group ON dataset_group.grp = grp.id"
                            + " JOIN use USING (dataset) WHERE grp.name = ?",
                    group.group());
        } else if (query instanceof LineageQuery.OfCommit commit) {
            collect(found, "SELECT model, 'source' FROM source WHERE sha = ?", wholeCommit(commit.prefix()));
        } else if (query instanceof LineageQuery.OfImage image) {
            ImageName name = ImageName.of(image.reference());
            collect(
                    found,
                    "SELECT model, 'image' FROM image WHERE (digest = ?1 OR ?1 = '') AND (repository = ?2 OR ?2 = '')",
                    name.digest(),
                    name.repository());
        } else if (query instanceof LineageQuery.OfModel model) {
            collect(
                    found,
                    "SELECT parent.child, 'parent' FROM model JOIN parent ON parent.parent = model.id"
                            + " WHERE model.digest = ?",
                    (Object) IndexWriter.bytes(model.digest()));
        }
        return found;
    }

    /** Datasets that were derived from what is asked for, or by it. */
    private Set<DescendantWalk.Node> derived(LineageQuery query) throws SQLException {
        Set<DescendantWalk.Node> found = new LinkedHashSet<>();
        if (query instanceof LineageQuery.OfDataset dataset) {
            for (long id : new DatasetNames(connection).resolve(dataset.id())) {
                derived(found, "SELECT dataset, 0 FROM derived WHERE source = ?", id);
            }
        } else if (query instanceof LineageQuery.OfFile file) {
            derived(
                    found,
                    "SELECT derived.dataset, coalesce(dataset_file.grp, 0) FROM file"
                            + " CROSS JOIN dataset_file ON dataset_file.file = file.id"
                            + " CROSS JOIN derived ON derived.source = dataset_file.dataset"
                            + " WHERE file.sha256 = ?1 AND NOT EXISTS (SELECT 1 FROM left_out"
                            + " WHERE left_out.derived = derived.id AND (left_out.item = ?2 OR left_out.item = 'group:'"
                            + " || (SELECT name FROM grp WHERE grp.id = dataset_file.grp)))",
                    IndexWriter.bytes(file.sha256()),
                    file.sha256().toString());
        } else if (query instanceof LineageQuery.OfGroup group) {
            derived(
                    found,
                    "SELECT derived.dataset, grp.id FROM grp CROSS JOIN dataset_group ON dataset_group.grp = grp.id"
                            + " CROSS JOIN derived ON derived.source = dataset_group.dataset"
                            + " WHERE grp.name = ?1 AND NOT EXISTS (SELECT 1 FROM left_out"
                            + " WHERE left_out.derived = derived.id AND left_out.item = ?2)",
                    group.group(),
                    IndexWriter.leftOutGroup(group.group()));
        } else if (query instanceof LineageQuery.OfCommit commit) {
            derived(found, "SELECT dataset, 0 FROM dataset_commit WHERE sha = ?", wholeCommit(commit.prefix()));
        } else if (query instanceof LineageQuery.OfImage image) {
            ImageName name = ImageName.of(image.reference());
            derived(
                    found,
                    "SELECT dataset, 0 FROM dataset_image"
                            + " WHERE (digest = ?1 OR ?1 = '') AND (repository = ?2 OR ?2 = '')",
                    name.digest(),
                    name.repository());
        } else if (query instanceof LineageQuery.OfModel model) {
            derived(
                    found,
                    "SELECT derived.dataset, 0 FROM model CROSS JOIN derived ON derived.model = model.id"
                            + " WHERE model.digest = ?",
                    (Object) IndexWriter.bytes(model.digest()));
        }
        return found;
    }

    List<LineageStep> named(String asked) throws SQLException {
        List<LineageStep> steps = new ArrayList<>();
        for (long dataset : new DatasetNames(connection).resolve(asked)) {
            steps.add(names.step(LineageStep.Kind.DATASET, dataset));
        }
        return steps;
    }

    /** Datasets that have what is asked for in them, then those that came of it. */
    List<LineageStep> datasets(LineageQuery query) throws SQLException {
        Set<Long> found = new LinkedHashSet<>();
        if (query instanceof LineageQuery.OfDataset dataset) {
            found.addAll(new DatasetNames(connection).resolve(dataset.id()));
        } else if (query instanceof LineageQuery.OfFile file) {
            ids(
                    found,
                    "SELECT dataset FROM file JOIN dataset_file ON dataset_file.file = file.id WHERE sha256 = ?",
                    (Object) IndexWriter.bytes(file.sha256()));
        } else if (query instanceof LineageQuery.OfGroup group) {
            ids(found, "SELECT dataset FROM grp JOIN dataset_group ON grp = id WHERE name = ?", group.group());
        }
        try (DescendantWalk walk = new DescendantWalk(connection, false, item(query))) {
            direct(query).forEach(walk::beginAt);
            walk.beginAt(derived(query));
            walk.go();
            found.addAll(walk.datasets());
        }
        List<LineageStep> steps = new ArrayList<>();
        for (long dataset : found) {
            steps.add(names.step(LineageStep.Kind.DATASET, dataset));
        }
        return steps;
    }

    /** The datasets among these, and those with files of these groups, whose manifests are kept. */
    Set<Digest> manifestsWith(Collection<String> groups, Collection<Digest> datasets) throws SQLException {
        Set<Long> found = new LinkedHashSet<>();
        for (String group : groups) {
            ids(
                    found,
                    "SELECT dataset FROM grp JOIN dataset_group ON grp = grp.id JOIN dataset ON dataset.id = dataset"
                            + " WHERE grp.name = ? AND complete = 1",
                    group);
        }
        for (Digest dataset : datasets) {
            ids(found, "SELECT id FROM dataset WHERE key = ? AND complete = 1", dataset.toString());
        }
        Set<Digest> contents = new LinkedHashSet<>();
        for (long dataset : found) {
            names.step(LineageStep.Kind.DATASET, dataset).content().ifPresent(contents::add);
        }
        return contents;
    }

    private void ids(Set<Long> found, String sql, Object... values) throws SQLException {
        try (ResultSet rows = statements.get(sql, values).executeQuery()) {
            while (rows.next()) {
                found.add(rows.getLong(1));
            }
        }
    }

    /** How a file that is asked for is called where it is left out. */
    private static String item(LineageQuery query) {
        return query instanceof LineageQuery.OfFile file ? file.sha256().toString() : "";
    }

    private void derived(Set<DescendantWalk.Node> found, String sql, Object... values) throws SQLException {
        try (ResultSet rows = statements.get(sql, values).executeQuery()) {
            while (rows.next()) {
                found.add(new DescendantWalk.Node(LineageStep.Kind.DATASET, rows.getLong(1), rows.getLong(2)));
            }
        }
    }

    private void collect(Map<Long, Set<String>> found, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.computeIfAbsent(rows.getLong(1), model -> new TreeSet<>())
                            .add(rows.getString(2));
                }
            }
        }
    }

    /** The one known commit that begins like this; the prefix itself when there is none. */
    private String wholeCommit(String prefix) throws SQLException {
        List<String> commits = new ArrayList<>();
        try (PreparedStatement sql =
                connection.prepareStatement("SELECT sha FROM source WHERE sha >= ?1 AND sha < ?1 || 'g' UNION"
                        + " SELECT sha FROM dataset_commit WHERE sha >= ?1 AND sha < ?1 || 'g' ORDER BY 1 LIMIT 10")) {
            sql.setString(1, prefix);
            try (ResultSet rows = sql.executeQuery()) {
                while (rows.next()) {
                    commits.add(rows.getString(1));
                }
            }
        }
        if (commits.size() > 1) {
            throw MlopsException.usage("The commit '" + prefix + "' is ambiguous: " + String.join(", ", commits)
                    + " begin like this; give more digits");
        }
        return commits.isEmpty() ? prefix : commits.get(0);
    }

    /** The names and versions under which a model is registered. */
    List<RegisteredVersion> versions(Digest model) throws SQLException {
        try (PreparedStatement sql = connection.prepareStatement("SELECT id FROM model WHERE digest = ?")) {
            sql.setBytes(1, IndexWriter.bytes(model));
            try (ResultSet row = sql.executeQuery()) {
                if (!row.next()) {
                    return List.of();
                }
                long id = row.getLong(1);
                return ModelDetails.of(new IdSets(statements), List.of(id)).versions(id);
            }
        }
    }

    /** The models that records call by this name and version. */
    Set<Digest> registered(String name, int version) throws SQLException {
        try (PreparedStatement sql = connection.prepareStatement(
                "SELECT digest FROM version JOIN model ON id = model WHERE name = ? AND version = ?")) {
            sql.setString(1, name);
            sql.setInt(2, version);
            return digests(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }

    /** The records about a model. */
    Set<Digest> records(Digest model) throws SQLException {
        return digests(
                "SELECT record.digest FROM model JOIN record ON record.model = model.id WHERE model.digest = ?", model);
    }

    /** The records that say how a model came to be; several when equal files were made more than once. */
    Set<Digest> provenance(Digest model) throws SQLException {
        return digests(
                "SELECT record.digest FROM model JOIN record ON record.model = model.id"
                        + " WHERE model.digest = ? AND record.provenance = 1",
                model);
    }

    private Set<Digest> digests(String query, Digest model) throws SQLException {
        try (PreparedStatement sql = connection.prepareStatement(query)) {
            sql.setBytes(1, IndexWriter.bytes(model));
            return digests(sql);
        }
    }

    private static Set<Digest> digests(PreparedStatement query) throws SQLException {
        Set<Digest> digests = new LinkedHashSet<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                digests.add(IndexWriter.digest(rows.getBytes(1)));
            }
        }
        return digests;
    }

    /** Datasets of models whose files are not known, since no manifest of them is kept: name and id. */
    List<String> datasetsWithoutFiles() throws SQLException {
        List<String> datasets = new ArrayList<>();
        try (PreparedStatement sql = connection.prepareStatement(
                        "SELECT coalesce(min(name) || '@', '') || key FROM dataset LEFT JOIN dataset_name ON dataset = id"
                                + " WHERE complete = 0 GROUP BY id ORDER BY 1");
                ResultSet rows = sql.executeQuery()) {
            while (rows.next()) {
                datasets.add(rows.getString(1));
            }
        }
        return datasets;
    }

    Map<String, String> problems() throws SQLException {
        Map<String, String> problems = new TreeMap<>();
        try (PreparedStatement sql = connection.prepareStatement("SELECT file, reason FROM problem");
                ResultSet rows = sql.executeQuery()) {
            while (rows.next()) {
                problems.put(rows.getString(1), rows.getString(2));
            }
        }
        return problems;
    }
}
