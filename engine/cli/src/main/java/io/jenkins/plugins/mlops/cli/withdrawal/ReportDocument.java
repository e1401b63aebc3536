package io.jenkins.plugins.mlops.cli.withdrawal;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.cli.lineage.FoundModels;
import io.jenkins.plugins.mlops.cli.lineage.LineageSources;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawal;
import io.jenkins.plugins.mlops.core.withdrawal.WithdrawalReport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The answer of {@code mlops withdraw report}.
 *
 * @param models a model once for each registered version, or once without a name
 * @param runs MLflow runs that name such a dataset and made no recorded model: trainings that failed, or were deleted from the records
 * @param unknown registered versions without a record: what they saw is not known
 * @param datasetsWithoutFiles datasets that may have withdrawn files or groups in them, since nobody knows their files
 * @param purged how many files were removed from the cache; null when that was not asked
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ReportDocument(
        List<Withdrawal> withdrawals,
        List<Dataset> datasets,
        List<Model> models,
        List<Run> runs,
        List<RegisteredModels.Unknown> unknown,
        List<String> datasetsWithoutFiles,
        Integer purged) {

    /** @param id content id, or source id while no content id is known @param items the withdrawn data that it saw */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Dataset(String name, String id, List<String> items) {}

    /** @param items the withdrawn data that it saw */
    record Model(FoundModels.Found model, List<String> items) {}

    /** @param role training or evaluation */
    record Run(String run, RunStatus status, String experimentId, String dataset, String role) {}

    static ReportDocument of(
            List<Withdrawal> withdrawals,
            WithdrawalReport report,
            LineageSources sources,
            List<RegisteredModels.Unknown> unknown,
            Integer purged) {
        List<Dataset> datasets = report.datasets().stream()
                .map(affected -> new Dataset(
                        affected.dataset().name(), affected.dataset().id(), List.copyOf(affected.items())))
                .toList();
        Map<Digest, List<String>> items = report.models().stream()
                .collect(Collectors.toMap(model -> model.match().model(), model -> List.copyOf(model.items())));
        List<Model> models = FoundModels.models(
                        report.models().stream()
                                .map(WithdrawalReport.AffectedModel::match)
                                .toList(),
                        sources.registered())
                .stream()
                .map(found -> new Model(found, items.get(found.digest())))
                .toList();
        boolean byFile = withdrawals.stream()
                .anyMatch(withdrawal ->
                        !withdrawal.groups().isEmpty() || !withdrawal.digests().isEmpty());
        return new ReportDocument(
                withdrawals,
                datasets,
                models,
                runs(datasets, models, sources.tracking()),
                unknown,
                byFile ? sources.store().datasetsWithoutFiles() : List.of(),
                purged);
    }

    /** @param server null when none is named */
    private static List<Run> runs(List<Dataset> datasets, List<Model> models, TrackingServer server) {
        if (server == null) {
            return List.of();
        }
        Set<String> recorded = new HashSet<>();
        models.forEach(model -> recorded.add(model.model().run()));
        List<Run> runs = new ArrayList<>();
        for (Dataset dataset : datasets) {
            for (Map.Entry<String, String> tag : Map.of(
                            RunTags.TRAINING_DATASET, "training", RunTags.EVALUATION_DATASET, "evaluation")
                    .entrySet()) {
                for (TrackedRun run : server.runsByTag(null, tag.getKey(), dataset.id())) {
                    if (recorded.add(run.runId())) {
                        runs.add(new Run(run.runId(), run.status(), run.experimentId(), dataset.id(), tag.getValue()));
                    }
                }
            }
        }
        return runs;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        if (withdrawals.isEmpty()) {
            return text.append("Nothing is withdrawn\n").append(purgedText()).toString();
        }
        for (Withdrawal withdrawal : withdrawals) {
            text.append(withdrawal.inForce() ? "" : "ended: ")
                    .append(withdrawal)
                    .append('\n');
        }
        text.append(datasets.isEmpty() ? "No known dataset has it in it\n" : "Datasets with it in them:\n");
        for (Dataset dataset : datasets) {
            text.append("  ").append(dataset.name() == null ? "" : dataset.name() + " ");
            text.append(dataset.id()).append(items(dataset.items())).append('\n');
        }
        text.append(models.isEmpty() ? "No recorded model saw it\n" : "Models that saw it:\n");
        for (Model model : models) {
            text.append("  ")
                    .append(model.model().text())
                    .append(items(model.items()))
                    .append('\n');
        }
        if (!runs.isEmpty()) {
            text.append("Runs that saw it and made no recorded model:\n");
            runs.forEach(run -> text.append("  ")
                    .append(run.run())
                    .append(' ')
                    .append(run.status())
                    .append(" (")
                    .append(run.role())
                    .append(" on ")
                    .append(run.dataset())
                    .append(")\n"));
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
        return text.append(purgedText()).toString();
    }

    private String purgedText() {
        return purged == null ? "" : "Removed " + purged + (purged == 1 ? " file" : " files") + " from the cache\n";
    }

    private static String items(List<String> items) {
        return "  [" + items.get(0) + (items.size() == 1 ? "" : " and " + (items.size() - 1) + " more") + "]";
    }
}
