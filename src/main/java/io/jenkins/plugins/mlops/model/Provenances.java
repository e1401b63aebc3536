package io.jenkins.plugins.mlops.model;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Dossier;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/** What this controller's evidence knows of versions, by the content ids of their models. */
final class Provenances {

    private static final Logger LOGGER = Logger.getLogger(Provenances.class.getName());

    private final Map<Digest, Dossier> dossiers;
    private final String problem;

    private Provenances(Map<Digest, Dossier> dossiers, String problem) {
        this.dossiers = dossiers;
        this.problem = problem;
    }

    /** Reads files only; of an evidence that cannot be read, nothing is known. */
    static Provenances of(Collection<ModelVersion> versions) {
        List<Digest> models = versions.stream()
                .map(ModelVersion::digest)
                .filter(Objects::nonNull)
                .distinct()
                .collect(Collectors.toList());
        if (models.isEmpty()) {
            return new Provenances(Map.of(), null);
        }
        try {
            return new Provenances(ControllerLineage.store().dossiers(models), null);
        } catch (MlopsException e) {
            LOGGER.log(Level.WARNING, "The evidence of this controller cannot be read", e);
            return new Provenances(Map.of(), e.getMessage());
        }
    }

    /** Why nothing is known; null when all is well. */
    @CheckForNull
    String problem() {
        return problem;
    }

    /** How a version came to be: by the record that its tag names, else the last one of its model; null when unknown. */
    @CheckForNull
    Provenance provenance(ModelVersion version) {
        Dossier dossier = dossier(version);
        if (dossier == null) {
            return null;
        }
        List<Recorded<Provenance>> known = dossier.of(Provenance.class);
        String tag = version.tags().get(RunTags.LINEAGE);
        return known.stream()
                .filter(recorded -> recorded.record().toString().equals(tag))
                .map(Recorded::predicate)
                .findFirst()
                .orElseGet(() ->
                        known.isEmpty() ? null : known.get(known.size() - 1).predicate());
    }

    /** The verdicts on a version's model, in order. */
    List<GateVerdict> gates(ModelVersion version) {
        Dossier dossier = dossier(version);
        return dossier == null
                ? List.of()
                : dossier.of(GateVerdict.class).stream()
                        .map(Recorded::predicate)
                        .toList();
    }

    /** The moves of aliases to a version, in order. */
    List<Promotion> promotions(ModelVersion version) {
        Dossier dossier = dossier(version);
        return dossier == null
                ? List.of()
                : dossier.of(Promotion.class).stream()
                        .map(Recorded::predicate)
                        .filter(promotion ->
                                promotion.name().equals(version.name()) && promotion.version() == version.version())
                        .toList();
    }

    private Dossier dossier(ModelVersion version) {
        Digest model = version.digest();
        return model == null ? null : dossiers.get(model);
    }
}
