package io.jenkins.plugins.mlops.report;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Action;
import hudson.model.InvisibleAction;
import hudson.model.Run;
import java.util.Collection;
import java.util.List;
import jenkins.model.TransientActionFactory;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Tells on a build's page, and to programs, what became of its reports to Bitbucket. Made anew from {@link ReportLog}, never persisted. */
@ExportedBean
public final class ReportsAction extends InvisibleAction {

    private final Run<?, ?> run;

    private ReportsAction(Run<?, ?> run) {
        this.run = run;
    }

    @Exported
    public List<ReportView> getBitbucketReports() {
        return ReportLog.read(run).stream().map(ReportView::new).toList();
    }

    /** For builds that report. */
    @Extension
    @Restricted(NoExternalUse.class)
    @SuppressWarnings("rawtypes") // the factory is asked for a class
    public static final class Factory extends TransientActionFactory<Run> {

        @Override
        public Class<Run> type() {
            return Run.class;
        }

        @NonNull
        @Override
        public Collection<? extends Action> createFor(@NonNull Run run) {
            return ReportLog.has(run) ? List.of(new ReportsAction(run)) : List.of();
        }
    }
}
