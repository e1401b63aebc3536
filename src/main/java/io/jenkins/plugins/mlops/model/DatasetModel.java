package io.jenkins.plugins.mlops.model;

import io.jenkins.plugins.mlops.core.lineage.LineageMatch;
import io.jenkins.plugins.mlops.lineage.Shown;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A registered version that came of a dataset. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class DatasetModel {

    private final String server;
    private final LineageMatch.RegisteredVersion version;
    private final LineageMatch match;

    DatasetModel(String server, LineageMatch.RegisteredVersion version, LineageMatch match) {
        this.server = server;
        this.version = version;
        this.match = match;
    }

    @Exported
    public String getServer() {
        return server;
    }

    @Exported
    public String getName() {
        return Shown.text(version.name());
    }

    @Exported
    public int getVersion() {
        return version.version();
    }

    /** What the dataset was to it, or to the model that it comes from: training, evaluation. */
    @Exported
    public List<String> getRoles() {
        return match.roles().stream().sorted().map(Shown::text).toList();
    }

    /** Whether it came of it through another model or dataset. */
    @Exported
    public boolean isInherited() {
        return match.relation() == LineageMatch.Relation.INHERITED;
    }

    /** The version's page, from {@code mlops-models/} on. */
    @Exported
    public String getUrl() {
        return PageUrl.version(server, version.name(), version.version());
    }
}
