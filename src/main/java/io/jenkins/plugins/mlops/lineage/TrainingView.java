package io.jenkins.plugins.mlops.lineage;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import io.jenkins.plugins.mlops.core.source.RemoteUrl;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** {@link RunFacts.TrainingUse} for the page and the API. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class TrainingView {

    private final RunFacts.TrainingUse use;
    private final KeptFiles files;
    private final FiguresView figures;
    private final KeptPictures pictures;
    private final FiguresView history;
    private final List<VersionLink> versions;

    TrainingView(
            RunFacts.TrainingUse use,
            KeptFiles files,
            FiguresView figures,
            KeptPictures pictures,
            FiguresView history,
            List<VersionLink> versions) {
        this.figures = figures;
        this.pictures = pictures;
        this.history = history;
        this.versions = versions;
        this.use = use;
        this.files = files;
    }

    /** Name of the MLflow server's profile. */
    @Exported
    public String getServer() {
        return text(use.server());
    }

    @Exported
    public String getExperiment() {
        return text(use.experiment());
    }

    @Exported
    public String getRunId() {
        return text(use.runId());
    }

    /** The MLflow run's page; null unless it is an http or https address. */
    @Exported
    public String getRunUrl() {
        return Shown.link(use.runUrl());
    }

    /** RUNNING, FINISHED, FAILED or KILLED. */
    @Exported
    public String getStatus() {
        return text(use.status());
    }

    @Exported
    public String getCommit() {
        return text(use.commit());
    }

    /** The repository as Git names it, without a user or password. */
    @Exported
    public String getRepository() {
        return text(repository());
    }

    /** Content id of the model's files; null when there is none. */
    @Exported
    public String getModelDigest() {
        return text(use.modelDigest());
    }

    @Exported
    public String getParent() {
        return text(use.parent());
    }

    /** Digest of the lineage record; null when there is none. */
    @Exported
    public String getRecord() {
        return text(use.record());
    }

    /** What the lineage record could not say. */
    @Exported
    public List<String> getGaps() {
        return use.gaps().stream().map(Shown::text).toList();
    }

    @Exported
    public String getAt() {
        return text(use.at());
    }

    public Date getTime() {
        return Shown.time(use.at());
    }

    /** The repository's page; null unless it is an http or https address. */
    public String getRepositoryUrl() {
        return Shown.link(repository());
    }

    /** The container image that the code ran in; null without one. */
    @Exported
    public String getImage() {
        return text(use.image());
    }

    /** The finite overall numbers of its evaluation, as many as the facts hold. */
    public Map<String, Double> getMetrics() {
        return use.metrics();
    }

    /** What the page draws of its evaluation. */
    public FiguresView getFigures() {
        return figures;
    }

    /** The pictures that it left. */
    public KeptPictures getPictures() {
        return pictures;
    }

    /** What it logged step by step. */
    public FiguresView getHistory() {
        return history;
    }

    /** The version that the model grew from; null when it is no version of a registered model. */
    public VersionLink getParentVersion() {
        return VersionLink.of(use.server(), use.parent());
    }

    /** The versions that its model became in this build. */
    public List<VersionLink> getVersions() {
        return versions;
    }

    /** What is kept of it: the evaluation record, the lineage record. */
    public KeptFiles getFiles() {
        return files;
    }

    private String repository() {
        return use.repository() == null ? null : RemoteUrl.withoutUser(use.repository());
    }
}
