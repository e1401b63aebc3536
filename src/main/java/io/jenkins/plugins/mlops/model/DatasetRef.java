package io.jenkins.plugins.mlops.model;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.lineage.Shown;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A dataset that a version was trained or evaluated on. */
@ExportedBean(defaultVisibility = 4)
@Restricted(NoExternalUse.class)
public final class DatasetRef {

    private final String role;
    private final String name;
    private final String id;
    private final String source;

    private DatasetRef(String role, String name, String id, String source) {
        this.role = role;
        this.name = name;
        this.id = id;
        this.source = source;
    }

    static DatasetRef of(String role, ResourceDescriptor dataset) {
        return new DatasetRef(
                role,
                dataset.name(),
                dataset.digest(ResourceDescriptor.TREE)
                        .map(Digest::toString)
                        .or(() -> dataset.annotation("sourceId"))
                        .orElse(null),
                dataset.uri());
    }

    /** As a tag names it. */
    static DatasetRef of(String role, String id) {
        return new DatasetRef(role, null, id, null);
    }

    /** training or evaluation. */
    @Exported
    public String getRole() {
        return role;
    }

    /** Null when it is not known. */
    @Exported
    public String getName() {
        return Shown.text(name);
    }

    /** The content id, else the source id; null when neither is known. */
    @Exported
    public String getId() {
        return Shown.text(id);
    }

    @Exported
    public String getSource() {
        return Shown.text(source);
    }

    /** Whether it has a page: it is known by its content. */
    public boolean isLinked() {
        return id != null && Digest.isDigest(id);
    }
}
