package io.jenkins.plugins.mlops.model;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Api;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch;
import io.jenkins.plugins.mlops.core.lineage.LineageQuery;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.Shown;
import io.jenkins.plugins.mlops.usage.BuildUses;
import io.jenkins.plugins.mlops.usage.Subject;
import io.jenkins.plugins.mlops.usage.Viewer;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The page of a version of a dataset: which builds used it, and which models came of it. Only files of the controller are read. */
@ExportedBean
@Restricted(NoExternalUse.class)
public final class DatasetPage {

    private static final Logger LOGGER = Logger.getLogger(DatasetPage.class.getName());

    /** The newest; more load too many builds for one page. */
    private static final int BUILDS = 50;

    private static final int MODELS = 200;

    private final Digest content;
    private final Viewer viewer;
    private final List<DatasetBuild> builds;

    private DatasetPage(Digest content, Viewer viewer) {
        this.content = content;
        this.viewer = viewer;
        this.builds = BuildUses.of(Subject.dataset(content), viewer, BUILDS + 1).stream()
                .map(build -> new DatasetBuild(build, content))
                .toList();
    }

    /** Null, which is 404, when the query names none, or nothing of it is for the viewer. */
    @CheckForNull
    static DatasetPage of(StaplerRequest2 request, Viewer viewer) {
        String id = request.getParameter("id");
        if (id == null || !Digest.isDigest(id)) {
            return null;
        }
        DatasetPage page = new DatasetPage(Digest.parse(id), viewer);
        return viewer.seesEverything() || !page.builds.isEmpty() ? page : null;
    }

    public Api getApi() {
        return new Api(this);
    }

    /** The content id. */
    @Exported
    public String getId() {
        return content.toString();
    }

    /** As a build calls it; null when no build of this Jenkins that the viewer may see uses it. */
    @Exported
    public String getName() {
        return builds.stream()
                .map(DatasetBuild::getDatasetName)
                .filter(name -> name != null)
                .findFirst()
                .orElse(null);
    }

    /** How many files it has; null when no build says so. */
    @Exported
    public Long getFiles() {
        return builds.stream()
                .map(DatasetBuild::getFiles)
                .filter(files -> files != null)
                .findFirst()
                .orElse(null);
    }

    @Exported
    public Long getBytes() {
        return builds.stream()
                .map(DatasetBuild::getBytes)
                .filter(bytes -> bytes != null)
                .findFirst()
                .orElse(null);
    }

    /** The builds that used it, the newest first. */
    @Exported
    public List<DatasetBuild> getBuilds() {
        return builds.size() > BUILDS ? builds.subList(0, BUILDS) : builds;
    }

    /** Whether there are more builds than are told. */
    @Exported
    public boolean isMore() {
        return builds.size() > BUILDS;
    }

    /** The registered models that came of it, as far as this controller knows and the viewer may see them. */
    @Exported
    public List<DatasetModel> getModels() {
        List<DatasetModel> models = new ArrayList<>();
        try {
            for (LineageMatch match : ControllerLineage.store().find(LineageQuery.dataset(content.toString()), true)) {
                for (LineageMatch.RegisteredVersion version : match.versions()) {
                    String server = server(version.name());
                    if (server != null && models.size() < MODELS) {
                        models.add(new DatasetModel(server, version, match));
                    }
                }
            }
        } catch (MlopsException e) {
            LOGGER.log(Level.FINE, e, () -> "No models of " + content);
        }
        return models;
    }

    /** Where the viewer may see a model of that name; null for nowhere. The evidence does not say which server. */
    private String server(String model) {
        return MlopsConfiguration.get().getMlflowServers().stream()
                .map(MlflowProfile::getName)
                .filter(server -> viewer.seesEverything() || BuildUses.isSeen(Subject.model(server, model), viewer))
                .findFirst()
                .orElse(null);
    }

    /** The id with its beginning alone, for headings. */
    public String getShortId() {
        return Shown.text(content.toString().substring(0, 19));
    }
}
