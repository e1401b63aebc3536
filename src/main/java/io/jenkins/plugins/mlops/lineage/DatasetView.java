package io.jenkins.plugins.mlops.lineage;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.Date;
import java.util.Locale;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** {@link RunFacts.DatasetUse} for the page and the API. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class DatasetView {

    private final RunFacts.DatasetUse use;

    DatasetView(RunFacts.DatasetUse use) {
        this.use = use;
    }

    /** resolved, pulled or published. */
    @Exported
    public String getAction() {
        return use.action() == null ? null : use.action().name().toLowerCase(Locale.ROOT);
    }

    /** training or evaluation; null when it was not pulled. */
    @Exported
    public String getRole() {
        return text(use.role());
    }

    @Exported
    public String getName() {
        return text(use.name());
    }

    /** The content id; null when it is not known. */
    @Exported
    public String getVersion() {
        return text(use.version());
    }

    @Exported
    public String getSourceId() {
        return text(use.sourceId());
    }

    /** What resolves it again. */
    @Exported
    public String getSource() {
        return text(use.source());
    }

    @Exported
    public long getFiles() {
        return use.files();
    }

    @Exported
    public long getBytes() {
        return use.bytes();
    }

    /** Where it was pulled to; "" is the built-in node; null when it was not pulled. */
    @Exported
    public String getNode() {
        return text(use.node());
    }

    @Exported
    public String getDirectory() {
        return text(use.directory());
    }

    @Exported
    public String getAt() {
        return text(use.at());
    }

    public Date getTime() {
        return Shown.time(use.at());
    }

    /** Where the uses of this version are listed, from Jenkins' root; null when the version is not known by its content. */
    public String getPage() {
        return page(use.version());
    }

    @CheckForNull
    static String page(@CheckForNull String version) {
        return version != null && Digest.isDigest(version)
                ? "mlops-models/dataset/?id=" + Util.rawEncode(version)
                : null;
    }

    /** What was done with it, and what for. */
    public String getUse() {
        return use.role() == null ? getAction() : getAction() + " for " + getRole();
    }

    /** The node's name as people say it; null when it was not pulled. */
    public String getNodeName() {
        return use.node() == null ? null : use.node().isEmpty() ? "built-in node" : text(use.node());
    }
}
