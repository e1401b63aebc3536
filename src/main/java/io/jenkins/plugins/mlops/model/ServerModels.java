package io.jenkins.plugins.mlops.model;

import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.RegisteredModel;
import io.jenkins.plugins.mlops.lineage.Shown;
import io.jenkins.plugins.mlops.usage.BuildUses;
import io.jenkins.plugins.mlops.usage.Subject;
import io.jenkins.plugins.mlops.usage.Viewer;
import java.time.Instant;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The models of an MLflow server that the viewer may see. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class ServerModels {

    private final String server;
    private final RegistryCache.Answer<List<RegisteredModel>> answer;
    private final List<ModelRow> models;

    private ServerModels(String server, RegistryCache.Answer<List<RegisteredModel>> answer, List<ModelRow> models) {
        this.server = server;
        this.answer = answer;
        this.models = models;
    }

    static ServerModels of(MlflowProfile profile, Viewer viewer) {
        RegistryCache.Answer<List<RegisteredModel>> answer =
                RegistryCache.get().ask(profile, "models", MlflowServer::registeredModels);
        boolean all = viewer.seesEverything();
        List<RegisteredModel> known = answer.value();
        List<ModelRow> models = known == null
                ? List.of()
                : known.stream()
                        .filter(model ->
                                all || BuildUses.isSeen(Subject.model(profile.getName(), model.name()), viewer))
                        .map(model -> new ModelRow(profile.getName(), model))
                        .toList();
        return new ServerModels(profile.getName(), answer, models);
    }

    @Exported
    public String getServer() {
        return server;
    }

    /** Why this is not up to date, or nothing is known; null when all is well. */
    @Exported
    public String getProblem() {
        return Shown.text(answer.problem());
    }

    /** When the server told it, ISO 8601; null when it never did. */
    @Exported
    public String getAsOf() {
        Instant told = answer.asOf();
        return told == null ? null : told.toString();
    }

    /** Whether an answer is on its way. */
    @Exported
    public boolean isAsking() {
        return answer.asking();
    }

    @Exported
    public List<ModelRow> getModels() {
        return models;
    }

    /** Whether the server has answered once. */
    public boolean isKnown() {
        return answer.value() != null;
    }
}
