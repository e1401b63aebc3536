package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts.Action;
import io.jenkins.plugins.mlops.lineage.RunFacts.DatasetUse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Puts what became of a dataset into the record of the build. */
final class DatasetUses {

    private DatasetUses() {}

    /**
     * @param id the flow node's
     * @param role of a pull, else null
     * @param node where it was pulled to, else null
     */
    static void record(
            Run<?, ?> run,
            String id,
            Action action,
            @CheckForNull String role,
            Dataset dataset,
            @CheckForNull String node) {
        DatasetUse use = new DatasetUse(
                id,
                action,
                role,
                dataset.getName(),
                dataset.getVersion(),
                dataset.getSourceId(),
                dataset.getSource(),
                dataset.getFiles(),
                dataset.getBytes(),
                node,
                dataset.getDirectory(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                dataset.isPartial());
        BuildLineage.of(run).update(facts -> facts.with(use));
    }
}
