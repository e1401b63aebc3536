package io.jenkins.plugins.mlops.lineage;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.Date;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** {@link RunFacts.EvaluationUse} for the page and the API. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class EvaluationView {

    private final RunFacts.EvaluationUse use;
    private final KeptFiles files;
    private final FiguresView figures;
    private final KeptPictures pictures;

    EvaluationView(RunFacts.EvaluationUse use, KeptFiles files, FiguresView figures, KeptPictures pictures) {
        this.figures = figures;
        this.pictures = pictures;
        this.use = use;
        this.files = files;
    }

    /** Name of the MLflow server's profile. */
    @Exported
    public String getServer() {
        return text(use.server());
    }

    /** Content id of the set, else its source id. */
    @Exported
    public String getEvaluationSet() {
        return text(use.evaluationSet());
    }

    @Exported
    @CheckForNull
    public MeasuredView getCandidate() {
        return use.candidate() == null ? null : new MeasuredView(use.candidate());
    }

    /** Null when none was measured. */
    @Exported
    @CheckForNull
    public MeasuredView getChampion() {
        return use.champion() == null ? null : new MeasuredView(use.champion());
    }

    /** When it was recorded, as it is written. */
    @Exported
    public String getAt() {
        return text(use.at());
    }

    /** {@link #getAt} as a time; null when it is none. */
    public Date getTime() {
        return Shown.time(use.at());
    }

    /** What the page draws of candidate and champion. */
    public FiguresView getFigures() {
        return figures;
    }

    /** The pictures that the candidate's evaluation left. */
    public KeptPictures getPictures() {
        return pictures;
    }

    /** The candidate, where it is a version of a registered model; else null. */
    @CheckForNull
    public VersionLink getCandidateVersion() {
        return use.candidate() == null
                ? null
                : VersionLink.of(use.server(), use.candidate().model());
    }

    /** As {@link #getCandidateVersion}. */
    @CheckForNull
    public VersionLink getChampionVersion() {
        return use.champion() == null
                ? null
                : VersionLink.of(use.server(), use.champion().model());
    }

    public KeptFiles getFiles() {
        return files;
    }

    /** A model that was measured. */
    @ExportedBean(defaultVisibility = 3)
    @Restricted(NoExternalUse.class)
    public static final class MeasuredView {

        private final RunFacts.MeasuredUse use;

        MeasuredView(RunFacts.MeasuredUse use) {
            this.use = use;
        }

        /** {@code models:/NAME/VERSION} or {@code runs:/ID}. */
        @Exported
        public String getModel() {
            return text(use.model());
        }

        @Exported
        public String getModelDigest() {
            return text(use.modelDigest());
        }

        /** The MLflow run of the evaluation. */
        @Exported
        public String getRunId() {
            return text(use.runId());
        }

        /** Its page; null unless it is an http or https address. */
        @Exported
        public String getRunUrl() {
            return Shown.link(use.runUrl());
        }
    }
}
