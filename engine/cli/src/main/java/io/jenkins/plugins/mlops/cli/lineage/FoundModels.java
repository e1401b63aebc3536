package io.jenkins.plugins.mlops.cli.lineage;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch;
import io.jenkins.plugins.mlops.core.lineage.LineageQuery;
import io.jenkins.plugins.mlops.core.lineage.LineageStep;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The answer of {@code mlops lineage find}.
 *
 * @param models direct ones first; a model once for each registered version, or once without a name
 * @param unknown registered versions without a record
 * @param datasetsWithoutFiles datasets of recorded models whose files are not known; only where files were asked for
 */
public record FoundModels(
        Query query, List<Found> models, List<RegisteredModels.Unknown> unknown, List<String> datasetsWithoutFiles) {

    /** What was asked. */
    public record Query(String by, String value) {
        static Query of(LineageQuery query) {
            if (query instanceof LineageQuery.OfDataset dataset) {
                return new Query("dataset", dataset.id());
            } else if (query instanceof LineageQuery.OfFile file) {
                return new Query("file", file.sha256().toString());
            } else if (query instanceof LineageQuery.OfGroup group) {
                return new Query("group", group.group());
            } else if (query instanceof LineageQuery.OfCommit commit) {
                return new Query("commit", commit.prefix());
            } else if (query instanceof LineageQuery.OfImage image) {
                return new Query("image", image.reference());
            }
            return new Query("model", ((LineageQuery.OfModel) query).digest().toString());
        }
    }

    /** A model. @param name null when it is not registered, and so is version */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Found(
            String name,
            Integer version,
            List<String> aliases,
            Digest digest,
            String run,
            LineageMatch.Relation relation,
            List<String> roles,
            List<Via> via) {

        String title() {
            String title = name == null ? "(not registered)" : name + "/" + version;
            return aliases.isEmpty() ? title : title + " @" + String.join(" @", aliases);
        }

        /** Without the title. */
        String rest() {
            String played = String.join(", ", roles);
            String how = relation == LineageMatch.Relation.DIRECT
                    ? "direct (" + played + ")"
                    : "inherited (" + played + ") via "
                            + via.stream().map(Via::label).collect(Collectors.joining(" > "));
            return how + "  " + digest + (run == null ? "" : "  run " + run);
        }

        /** For people. */
        public String text() {
            return title() + "  " + rest();
        }
    }

    /**
     * A model or dataset between.
     *
     * @param name NAME/VERSION of a model, a dataset's name, or null
     * @param digest the content id, null for a dataset of which only the source id is known
     */
    public record Via(LineageStep.Kind kind, String name, Digest digest) {
        String label() {
            return new LineageStep(kind, String.valueOf(digest), name).label();
        }
    }

    /** @param models null when no MLflow server is named: where aliases point is not known then */
    public static List<Found> models(List<LineageMatch> matches, RegisteredModels models) {
        Map<Digest, List<ModelVersion>> byDigest = new HashMap<>();
        for (ModelVersion version : models == null || matches.isEmpty() ? List.<ModelVersion>of() : models.all()) {
            models.model(version)
                    .ifPresent(digest -> byDigest.computeIfAbsent(digest, d -> new ArrayList<>())
                            .add(version));
        }
        Map<Digest, String> names = new HashMap<>();
        matches.forEach(match -> match.versions().stream()
                .findFirst()
                .ifPresent(version -> names.put(match.model(), version.name() + "/" + version.version())));
        byDigest.forEach((digest, versions) -> {
            ModelVersion oldest = versions.get(versions.size() - 1);
            names.put(digest, oldest.name() + "/" + oldest.version());
        });
        List<Found> found = new ArrayList<>();
        for (LineageMatch match : matches) {
            List<String> roles = List.copyOf(new TreeSet<>(match.roles()));
            List<Via> via = match.via().stream().map(step -> via(step, names)).toList();
            Map<String, ModelVersion> now = byDigest.getOrDefault(match.model(), List.of()).stream()
                    .collect(Collectors.toMap(version -> version.name() + "/" + version.version(), version -> version));
            TreeSet<LineageMatch.RegisteredVersion> versions = new TreeSet<>(FoundModels::compare);
            versions.addAll(match.versions());
            now.values()
                    .forEach(version ->
                            versions.add(new LineageMatch.RegisteredVersion(version.name(), version.version())));
            for (LineageMatch.RegisteredVersion version : versions) {
                ModelVersion current = now.get(version.name() + "/" + version.version());
                found.add(new Found(
                        version.name(),
                        version.version(),
                        current == null ? List.of() : current.aliases(),
                        match.model(),
                        match.runId(),
                        match.relation(),
                        roles,
                        via));
            }
            if (versions.isEmpty()) {
                found.add(new Found(null, null, List.of(), match.model(), match.runId(), match.relation(), roles, via));
            }
        }
        return found;
    }

    private static Via via(LineageStep step, Map<Digest, String> names) {
        Digest content = step.content().orElse(null);
        String name = step.kind() == LineageStep.Kind.MODEL ? names.getOrDefault(content, step.name()) : step.name();
        return new Via(step.kind(), name, content);
    }

    private static int compare(LineageMatch.RegisteredVersion a, LineageMatch.RegisteredVersion b) {
        int byName = a.name().compareTo(b.name());
        return byName == 0 ? Integer.compare(a.version(), b.version()) : byName;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(
                        models.isEmpty()
                                ? "No recorded model"
                                : models.size() + (models.size() == 1 ? " model" : " models"))
                .append(" came from ")
                .append(query.by())
                .append(' ')
                .append(query.value())
                .append('\n');
        int width =
                models.stream().mapToInt(model -> model.title().length()).max().orElse(0);
        for (Found model : models) {
            text.append("  ")
                    .append(model.title())
                    .append(" ".repeat(width - model.title().length()))
                    .append("  ")
                    .append(model.rest())
                    .append('\n');
        }
        if (!unknown.isEmpty()) {
            text.append("Not known, since they have no record:\n");
            unknown.forEach(version -> text.append("  ")
                    .append(version.name())
                    .append('/')
                    .append(version.version())
                    .append(": ")
                    .append(version.reason())
                    .append('\n'));
        }
        if (!datasetsWithoutFiles.isEmpty()) {
            text.append("Not searched, since their manifests are not in the lineage store:\n");
            datasetsWithoutFiles.forEach(
                    dataset -> text.append("  ").append(dataset).append('\n'));
        }
        return text.toString();
    }
}
