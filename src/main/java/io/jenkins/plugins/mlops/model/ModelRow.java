package io.jenkins.plugins.mlops.model;

import io.jenkins.plugins.mlops.core.registry.ForeignMoves;
import io.jenkins.plugins.mlops.core.registry.RegisteredModel;
import io.jenkins.plugins.mlops.lineage.Shown;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A model in the list. */
@ExportedBean(defaultVisibility = 3)
@Restricted(NoExternalUse.class)
public final class ModelRow {

    private final String server;
    private final RegisteredModel model;

    ModelRow(String server, RegisteredModel model) {
        this.server = server;
        this.model = model;
    }

    @Exported
    public String getServer() {
        return server;
    }

    @Exported
    public String getName() {
        return Shown.text(model.name());
    }

    /** The model's page, from {@code mlops-models/} on. */
    @Exported
    public String getUrl() {
        return PageUrl.model(server, model.name());
    }

    @Exported
    public List<AliasRow> getAliases() {
        return aliases(model);
    }

    /** When it was last changed, ISO 8601; null when unknown. */
    @Exported
    public String getAt() {
        return model.updated() == null ? null : model.updated().toString();
    }

    public Date getTime() {
        return model.updated() == null ? null : Date.from(model.updated());
    }

    /** Whether someone moved an alias by other means than a promotion. */
    public boolean isForeign() {
        return getAliases().stream().anyMatch(alias -> alias.getForeign() != null);
    }

    static List<AliasRow> aliases(RegisteredModel model) {
        Map<String, String> foreign = ForeignMoves.of(model);
        TreeSet<String> names = new TreeSet<>(model.aliases().keySet());
        names.addAll(foreign.keySet());
        List<AliasRow> rows = new ArrayList<>();
        names.forEach(
                alias -> rows.add(new AliasRow(alias, model.aliases().getOrDefault(alias, 0), foreign.get(alias))));
        return rows;
    }
}
