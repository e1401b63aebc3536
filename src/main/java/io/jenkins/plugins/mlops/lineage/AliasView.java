package io.jenkins.plugins.mlops.lineage;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import java.util.Date;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** {@link RunFacts.AliasUse} for the page and the API. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class AliasView {

    private final RunFacts.AliasUse use;

    AliasView(RunFacts.AliasUse use) {
        this.use = use;
    }

    /** promote or rollback. */
    @Exported
    public String getAction() {
        return text(use.action());
    }

    @Exported
    public String getServer() {
        return text(use.server());
    }

    @Exported
    public String getModel() {
        return text(use.model());
    }

    @Exported
    public String getAlias() {
        return text(use.alias());
    }

    @Exported
    public int getVersion() {
        return use.version();
    }

    /** The version that the alias pointed to; 0 for none. */
    @Exported
    public int getPrevious() {
        return use.previous();
    }

    @Exported
    public String getRunId() {
        return text(use.runId());
    }

    /** Digest of the gate's report; null without one. */
    @Exported
    public String getGate() {
        return text(use.gate());
    }

    @Exported
    public String getBy() {
        return text(use.by());
    }

    @Exported
    public String getReason() {
        return text(use.reason());
    }

    @Exported
    public String getAt() {
        return text(use.at());
    }

    /** Who approved it; null where nobody was asked. */
    @Exported
    public String getApprovedBy() {
        return text(use.approvedBy());
    }

    @Exported
    public String getApprovedAt() {
        return text(use.approvedAt());
    }

    /** What the approver said; null for nothing. */
    @Exported
    public String getApprovalReason() {
        return text(use.approvalReason());
    }

    /** {@link #getApprovedAt} as a time; null when it is none. */
    public Date getApprovalTime() {
        return Shown.time(use.approvedAt());
    }

    /** The page of the version that the alias points to. */
    public VersionLink getVersionLink() {
        return new VersionLink(use.server(), use.model(), use.version());
    }

    /** As {@link #getVersionLink}, of the version before; of no page where there was none. */
    public VersionLink getPreviousLink() {
        return new VersionLink(use.server(), use.model(), use.previous());
    }

    /** What happened, short. */
    public String getSentence() {
        return getModel() + " " + getAlias() + ": version " + use.version()
                + (use.previous() == 0 ? "" : ", before " + use.previous()) + " (" + getAction() + ")";
    }

    public Date getTime() {
        return Shown.time(use.at());
    }
}
