package io.jenkins.plugins.mlops.model;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Where an alias is. */
@ExportedBean(defaultVisibility = 4)
@Restricted(NoExternalUse.class)
public final class AliasRow {

    private final String alias;
    private final int version;
    private final String foreign;

    /** @param version 0 for none @param foreign half a sentence; null when nobody else moved it */
    AliasRow(String alias, int version, String foreign) {
        this.alias = alias;
        this.version = version;
        this.foreign = foreign;
    }

    @Exported
    public String getAlias() {
        return text(alias);
    }

    /** 0 when someone took it away. */
    @Exported
    public int getVersion() {
        return version;
    }

    /** What someone did to it by other means than a promotion; null when nobody did. */
    @Exported
    public String getForeign() {
        return text(foreign);
    }
}
