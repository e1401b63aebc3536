package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch.RegisteredVersion;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What an answer says of models, read for all of them at once. */
final class ModelDetails {

    private final Map<Long, Digest> digests = new HashMap<>();
    private final Map<Long, List<RegisteredVersion>> versions = new HashMap<>();
    private final Map<Long, String> runs = new HashMap<>();

    private ModelDetails() {}

    /** @param models their numbers in the index */
    static ModelDetails of(IdSets index, Collection<Long> models) throws SQLException {
        ModelDetails details = new ModelDetails();
        index.each(
                "SELECT id, digest FROM model WHERE id IN " + IdSets.ANY,
                models,
                row -> details.digests.put(row.getLong(1), IndexWriter.digest(row.getBytes(2))));
        index.each(
                "SELECT model, name, version FROM version WHERE model IN " + IdSets.ANY + " ORDER BY name, version",
                models,
                row -> details.versions
                        .computeIfAbsent(row.getLong(1), model -> new ArrayList<>())
                        .add(new RegisteredVersion(row.getString(2), row.getInt(3))));
        index.each(
                "SELECT model, run FROM run WHERE model IN " + IdSets.ANY + " ORDER BY time DESC, run",
                models,
                row -> details.runs.putIfAbsent(row.getLong(1), row.getString(2)));
        return details;
    }

    Digest digest(long model) {
        return digests.get(model);
    }

    /** By name, then version. */
    List<RegisteredVersion> versions(long model) {
        return versions.getOrDefault(model, List.of());
    }

    /** The run that made it last; null when none is known. */
    String run(long model) {
        return runs.get(model);
    }

    LineageStep step(long model) {
        RegisteredVersion first = versions(model).stream().findFirst().orElse(null);
        return new LineageStep(
                LineageStep.Kind.MODEL,
                digest(model).toString(),
                first == null ? null : first.name() + "/" + first.version());
    }
}
