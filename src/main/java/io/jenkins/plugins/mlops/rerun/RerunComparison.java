package io.jenkins.plugins.mlops.rerun;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.rerun.OriginalTraining;
import io.jenkins.plugins.mlops.core.rerun.RunComparison;
import io.jenkins.plugins.mlops.core.rerun.Tolerance;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How what a build trained compares with what it repeats, by the records of both: those of the controller, so that no server is asked. */
public final class RerunComparison {

    private RerunComparison() {}

    /**
     * Compares with the default tolerances; for people.
     *
     * @return the comparison, or a sentence that says why there can be none; empty when the build repeats nothing, or has recorded no
     *     training
     */
    @NonNull
    public static Optional<String> text(@NonNull Run<?, ?> build) {
        try {
            return RerunAction.plan(build)
                    .flatMap(plan -> lastRecord(build).map(record -> compare(plan.record(), record)))
                    .map(comparison -> comparison.text().stripTrailing());
        } catch (MlopsException e) {
            return Optional.of("It cannot be compared: " + e.getMessage());
        }
    }

    private static Optional<Digest> lastRecord(Run<?, ?> build) {
        return Rerun.recorded(build).stream().reduce((earlier, later) -> later).map(use -> Digest.parse(use.record()));
    }

    private static RunComparison compare(Digest original, Digest repeated) {
        LineageStore records = ControllerLineage.store();
        return RunComparison.of(
                OriginalTraining.read(records, original),
                OriginalTraining.read(records, repeated),
                Tolerance.DEFAULT,
                Map.of(),
                List.of());
    }
}
