package io.jenkins.plugins.mlops.core.withdrawal;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch;
import io.jenkins.plugins.mlops.core.lineage.LineageQuery;
import io.jenkins.plugins.mlops.core.lineage.LineageStep;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Everything recorded that saw withdrawn data. Models that were merely evaluated on it are listed too, in that role.
 *
 * @param datasets that have it in them or were derived from such
 * @param models direct ones first, each once
 */
public record WithdrawalReport(List<AffectedDataset> datasets, List<AffectedModel> models) {

    /** @param items the withdrawn data that it saw: digests and groups */
    public record AffectedDataset(LineageStep dataset, Set<String> items) {}

    /**
     * A model.
     *
     * @param match the closest relation to any of the items
     * @param items as for a dataset
     */
    public record AffectedModel(LineageMatch match, Set<String> items) {}

    public WithdrawalReport {
        datasets = List.copyOf(datasets);
        models = List.copyOf(models);
    }

    public static WithdrawalReport of(Collection<Withdrawal> withdrawals, LineageStore lineage) {
        Collector found = new Collector(lineage);
        for (Withdrawal withdrawal : withdrawals) {
            withdrawal.groups().forEach(group -> found.ask(LineageQuery.group(group), group));
            for (Digest digest : withdrawal.digests()) {
                String item = digest.toString();
                found.ask(LineageQuery.file(digest), item);
                found.ask(LineageQuery.dataset(item), item);
                found.ask(LineageQuery.model(digest), item);
                found.itself(digest);
            }
        }
        return found.report();
    }

    private static final class Collector {
        private final LineageStore lineage;
        private final Map<String, AffectedDataset> datasets = new LinkedHashMap<>();
        private final Map<Digest, AffectedModel> models = new LinkedHashMap<>();

        Collector(LineageStore lineage) {
            this.lineage = lineage;
        }

        void ask(LineageQuery query, String item) {
            for (LineageStep step : lineage.findDatasets(query)) {
                datasets.computeIfAbsent(step.id(), id -> new AffectedDataset(step, new TreeSet<>()))
                        .items()
                        .add(item);
            }
            lineage.find(query).forEach(match -> add(match, item));
        }

        void itself(Digest digest) {
            if (!lineage.dossier(digest).records().isEmpty()) {
                add(
                        new LineageMatch(
                                digest,
                                LineageMatch.Relation.DIRECT,
                                List.of(),
                                Set.of("model"),
                                lineage.versions(digest),
                                null),
                        digest.toString());
            }
        }

        private void add(LineageMatch match, String item) {
            AffectedModel before = models.get(match.model());
            Set<String> items = before == null ? new TreeSet<>() : before.items();
            items.add(item);
            LineageMatch closest = before == null ? match : closer(before.match(), match);
            models.put(match.model(), new AffectedModel(closest, items));
        }

        /** Data that went into a model counts for more than data it was evaluated on, however near. */
        private static LineageMatch closer(LineageMatch a, LineageMatch b) {
            Comparator<LineageMatch> order = Comparator.comparing(
                            (LineageMatch match) -> match.roles().equals(Set.of("evaluation")))
                    .thenComparing(LineageMatch::relation)
                    .thenComparing(match -> match.via().size());
            return order.compare(a, b) <= 0 ? a : b;
        }

        WithdrawalReport report() {
            List<AffectedModel> ordered = new ArrayList<>(models.values());
            ordered.sort(
                    Comparator.comparing((AffectedModel model) -> model.match().relation())
                            .thenComparing(model -> model.match().via().size()));
            return new WithdrawalReport(List.copyOf(datasets.values()), ordered);
        }
    }
}
