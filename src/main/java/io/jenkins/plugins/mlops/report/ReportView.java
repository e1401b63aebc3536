package io.jenkins.plugins.mlops.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.lineage.Shown;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** {@link ReportLog.Entry} for the page and the API. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class ReportView {

    private final ReportLog.Entry entry;

    ReportView(ReportLog.Entry entry) {
        this.entry = entry;
    }

    /** What is reported. */
    @Exported
    public String getWhat() {
        return Shown.text(entry.what());
    }

    /** On what of Bitbucket; empty when nothing can be reported at all. */
    @Exported
    public String getWhere() {
        return Shown.text(entry.where());
    }

    /** waiting, sent, failed, or replaced by a later build's. */
    @Exported
    public String getState() {
        return switch (entry.state()) {
            case WAITING -> "waiting";
            case SENT -> "sent";
            case FAILED -> "failed";
            case REPLACED -> "replaced by a later build's";
        };
    }

    /** Why it failed, or waits again; null without a reason. */
    @CheckForNull
    @Exported
    public String getWhy() {
        return Shown.text(entry.why());
    }

    /** All of it in one line. */
    public String getText() {
        return getWhat()
                + (getWhere().isEmpty() ? "" : ", " + getWhere())
                + ": "
                + getState()
                + (getWhy() == null ? "" : " (" + getWhy() + ")");
    }

    /** When that was found; ISO 8601. */
    @Exported
    public String getAt() {
        return Shown.text(entry.at());
    }
}
