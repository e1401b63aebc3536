package io.jenkins.plugins.mlops.model;

import hudson.model.Run;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.lineage.Shown;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A build that used a dataset. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class DatasetBuild {

    private final Run<?, ?> run;
    private final List<RunFacts.DatasetUse> uses;

    DatasetBuild(Run<?, ?> run, Digest content) {
        this.run = run;
        this.uses = uses(run, content.toString());
    }

    private static List<RunFacts.DatasetUse> uses(Run<?, ?> run, String id) {
        try {
            return BuildLineage.of(run).facts().datasets().stream()
                    .filter(use -> id.equals(use.version()))
                    .toList();
        } catch (MlopsException e) {
            return List.of(); // its own page tells that its record is damaged
        }
    }

    @Exported
    public BuildRef getBuild() {
        return new BuildRef(run);
    }

    public Date getTime() {
        return run.getTime();
    }

    @Exported
    public String getAt() {
        return run.getTime().toInstant().toString();
    }

    /** What it did with it; "trained or evaluated" for what only the record of a training tells. */
    @Exported
    public List<String> getUses() {
        return uses.isEmpty()
                ? List.of("trained or evaluated on a cluster")
                : uses.stream().map(DatasetBuild::phrase).distinct().toList();
    }

    private static String phrase(RunFacts.DatasetUse use) {
        String action = use.action() == null ? "used" : use.action().name().toLowerCase(Locale.ROOT);
        return Shown.text(use.role() == null ? action : action + " for " + use.role());
    }

    String getDatasetName() {
        return uses.stream()
                .map(use -> Shown.text(use.name()))
                .filter(name -> name != null)
                .findFirst()
                .orElse(null);
    }

    Long getFiles() {
        return uses.stream()
                .filter(use -> !use.partial())
                .map(RunFacts.DatasetUse::files)
                .findFirst()
                .orElse(null);
    }

    Long getBytes() {
        return uses.stream()
                .filter(use -> !use.partial())
                .map(RunFacts.DatasetUse::bytes)
                .findFirst()
                .orElse(null);
    }
}
