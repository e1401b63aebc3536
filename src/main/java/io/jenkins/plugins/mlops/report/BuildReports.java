package io.jenkins.plugins.mlops.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.PeriodicWork;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import io.jenkins.plugins.mlops.BuildLink;
import io.jenkins.plugins.mlops.Notes;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.step.StepThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Has Bitbucket told of builds: that they run, and at their end how they ended, with their gates. A build that it was told of is noted in
 * {@code mlops/bitbucket-open} of the controller's home until its end is in the {@link Outbox}; when the controller dies in between,
 * the note is found after its start, and the end is told then. Thread-safe.
 */
@Extension
public class BuildReports extends PeriodicWork {

    private static final Logger LOGGER = Logger.getLogger(BuildReports.class.getName());

    private static final Object CHANGING = new Object();

    private final Notes<OpenReport> open =
            new Notes<>("bitbucket-open", OpenReport.class, "a build that Bitbucket was told of");

    private static BuildReports get() {
        return ExtensionList.lookupSingleton(BuildReports.class);
    }

    /**
     * Tells of a build, which may run or have ended. It only notes what is to be told, so it may be called from anywhere, and again; when
     * even that fails, the build says so.
     */
    static void begin(@NonNull Run<?, ?> run, @NonNull ReportTarget target) {
        try {
            get().start(run, target);
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Bitbucket is not told of " + run);
            ReportLog.writeFailure(run, "Bitbucket is not told of this build: " + e.getMessage());
        }
    }

    private void start(Run<?, ?> run, ReportTarget target) {
        String url = BuildLink.of(run);
        if (url == null) {
            throw MlopsException.usage("Jenkins does not know its own address, which the reports link to;"
                    + " an administrator sets it under Manage Jenkins, System");
        }
        OpenReport report = new OpenReport(
                run.getExternalizableId(),
                ReportTexts.sender(run.getParent()),
                new ReportTexts(run, url, target, List.of()).name(),
                url,
                target);
        synchronized (CHANGING) {
            open.put(id(report.build()), report);
        }
        if (run.isBuilding()) {
            if (profile(target).isReportStatus()) {
                Outbox.get()
                        .put(Letter.of(report.build(), target, new ReportTexts(run, url, target, List.of()).status()));
            }
        } else {
            end(report, run);
        }
    }

    /** Puts the end of a build into the outbox, once. @param run null when it is gone */
    private void end(OpenReport report, @CheckForNull Run<?, ?> run) {
        synchronized (CHANGING) {
            if (!open.has(id(report.build()))) {
                return;
            }
            try {
                letters(report, run).forEach(Outbox.get()::put);
            } catch (MlopsException e) {
                LOGGER.log(Level.WARNING, "Bitbucket is not told of the end of {0}: {1}", new Object[] {
                    report.build(), e.getMessage()
                });
                if (run != null) {
                    ReportLog.writeFailure(run, e.getMessage());
                }
            }
            open.remove(id(report.build()));
        }
    }

    private static List<Letter> letters(OpenReport report, @CheckForNull Run<?, ?> run) {
        ReportTarget target = report.target();
        BitbucketProfile profile = profile(target);
        if (run == null) {
            return profile.isReportStatus()
                    ? List.of(Letter.of(report.build(), target, ReportTexts.gone(report)))
                    : List.of();
        }
        ReportTexts texts = new ReportTexts(
                run, report.url(), target, BuildLineage.of(run).facts().gates());
        List<Letter> letters = new ArrayList<>();
        if (profile.isReportStatus()) {
            letters.add(Letter.of(report.build(), target, texts.status()));
        }
        if (profile.isReportGates()) {
            texts.reports().forEach(gate -> {
                letters.add(Letter.of(report.build(), target, gate));
                if (target.source() != null) {
                    letters.add(Letter.of(report.build(), target.at(target.source()), gate));
                }
            });
        }
        if (profile.isReportComment() && target.pullRequest() > 0) {
            letters.add(Letter.of(report.build(), target, texts.comment()));
        }
        return letters;
    }

    private static BitbucketProfile profile(ReportTarget target) {
        return MlopsConfiguration.get().bitbucketServer(target.server());
    }

    private static String id(String build) {
        return Digest.of(build).hex();
    }

    private Optional<OpenReport> of(Run<?, ?> run) {
        return open.get(id(run.getExternalizableId()));
    }

    @Override
    public long getRecurrencePeriod() {
        return TimeUnit.MINUTES.toMillis(1);
    }

    /** The first time soon after the start of Jenkins: a killed one may have left something open. */
    @Override
    public long getInitialDelay() {
        return TimeUnit.SECONDS.toMillis(10);
    }

    @Override
    protected void doRun() {
        for (OpenReport report : open.all()) {
            Run<?, ?> run = Notes.build(report.build());
            if (run == null || !run.isBuilding()) {
                end(report, run);
            } else {
                ReportLog.remember(run);
            }
        }
        Outbox.get().deliverSoon();
    }

    /** Hears of the end of builds. */
    @Extension
    public static final class Builds extends RunListener<Run<?, ?>> {

        /** What went wrong until now is said in the build's log; what becomes of the rest, on its page. */
        @Override
        public void onCompleted(Run<?, ?> run, @NonNull TaskListener listener) {
            ReportLog.failures(run).forEach(listener.getLogger()::println);
        }

        /** Pipelines end on the thread that runs their scripts, which writes no files for others. Its note stays until all is written. */
        @Override
        public void onFinalized(Run<?, ?> run) {
            get().of(run).ifPresent(report -> StepThreads.submit(() -> endInBackground(report, run)));
        }

        private static void endInBackground(OpenReport report, Run<?, ?> run) {
            try {
                get().end(report, run);
            } catch (RuntimeException e) {
                LOGGER.log(Level.WARNING, e, () -> "Bitbucket is told later of the end of " + run);
            }
        }
    }
}
