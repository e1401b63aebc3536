package io.jenkins.plugins.mlops.model;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import hudson.model.Job;
import hudson.model.Run;
import hudson.security.ACL;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.ToldMove;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.source.RemoteUrl;
import io.jenkins.plugins.mlops.lineage.Shown;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.usage.BuildUses;
import io.jenkins.plugins.mlops.usage.Subject;
import io.jenkins.plugins.mlops.usage.Viewer;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A version of a registered model: what MLflow says of it, and what this controller's evidence does. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class VersionView {

    private final ModelVersion version;
    private final TrackedRun run;
    private final String runUrl;
    private final Provenance provenance;
    private final List<GateVerdict> gates;
    private final BuildRef build;

    /** @param run null when it is not known (yet) */
    VersionView(ModelVersion version, TrackedRun run, String serverUrl, Provenances known, Viewer viewer) {
        this.version = version;
        this.run = run;
        this.runUrl = run == null
                ? null
                : Shown.link(serverUrl + "/#/experiments/" + run.experimentId() + "/runs/" + run.runId());
        this.provenance = known.provenance(version);
        this.gates = known.gates(version);
        this.build = build(version, provenance, viewer);
    }

    /** The job whose permissions and policy count for it, whoever may see that; null when nobody knows. */
    Job<?, ?> job() {
        BuildRef made = build(version, provenance, new Viewer(ACL.SYSTEM2));
        return made == null ? null : made.job();
    }

    private static BuildRef build(ModelVersion version, Provenance provenance, Viewer viewer) {
        Optional<Run<?, ?>> noted = version.runId() == null
                ? Optional.empty()
                : BuildUses.first(Subject.mlflowRun(version.runId()), viewer);
        return noted.map(BuildRef::new)
                .orElseGet(() -> provenance == null
                        ? null
                        : BuildRef.of(provenance.runDetails().builder().id(), viewer));
    }

    @Exported
    public int getVersion() {
        return version.version();
    }

    @Exported
    public List<String> getAliases() {
        return version.aliases().stream().map(Shown::text).sorted().toList();
    }

    /** When it was registered, ISO 8601. */
    @Exported
    public String getAt() {
        return version.created().toString();
    }

    public Date getTime() {
        return Date.from(version.created());
    }

    /** Who registered it; null when nobody said. */
    @Exported
    public String getBy() {
        return text(tag(RunTags.REGISTERED_BY));
    }

    /** As {@link #getBy}, when it is a build that the viewer may see. */
    public BuildRef getByBuild() {
        return BuildRef.of(tag(RunTags.REGISTERED_BY), Viewer.current());
    }

    @Exported
    public String getRunId() {
        return text(version.runId());
    }

    /** The MLflow run's page; null when it is not known. */
    @Exported
    public String getRunUrl() {
        return runUrl;
    }

    /** Content id of the model's files; null when nobody said. */
    @Exported
    public String getModelDigest() {
        return text(tag(RunTags.MODEL_DIGEST));
    }

    @Exported
    public String getCommit() {
        return text(tag(RunTags.COMMIT));
    }

    /** The repository as Git names it, without a user or password. */
    @Exported
    public String getRepository() {
        String repository = tag(RunTags.REPOSITORY);
        return repository == null ? null : text(RemoteUrl.withoutUser(repository));
    }

    /** Its page; null unless it is an http or https address. */
    public String getRepositoryUrl() {
        return Shown.link(getRepository());
    }

    /** What it was trained and evaluated on. */
    @Exported
    public List<DatasetRef> getDatasets() {
        List<DatasetRef> datasets = new ArrayList<>();
        for (String role : List.of(Provenance.TRAINING_DATA, Provenance.EVALUATION_DATA)) {
            int before = datasets.size();
            if (provenance != null) {
                provenance
                        .dependencies(role)
                        .map(data -> DatasetRef.of(role, data))
                        .forEach(datasets::add);
            }
            String told =
                    tag(role.equals(Provenance.TRAINING_DATA) ? RunTags.TRAINING_DATASET : RunTags.EVALUATION_DATASET);
            if (datasets.size() == before && told != null) {
                datasets.add(DatasetRef.of(role, told));
            }
        }
        return datasets;
    }

    /** The image it was trained in, {@code repository@sha256:...}; null when there was none or it is not known. */
    @Exported
    public String getImage() {
        return provenance == null
                ? null
                : provenance
                        .dependencies(Provenance.IMAGE)
                        .findFirst()
                        .map(VersionView::image)
                        .orElse(null);
    }

    private static String image(ResourceDescriptor image) {
        String repository = image.uri() == null ? image.name() : image.uri().replaceFirst("^oci://", "");
        return text(repository
                + image.digest(ResourceDescriptor.SHA256)
                        .map(digest -> "@" + digest)
                        .orElse(""));
    }

    /** The model that its training started from; null for none. */
    @Exported
    public String getParent() {
        return text(tag(RunTags.PARENT));
    }

    /** Digest of the lineage record; null when there is none. */
    @Exported
    public String getRecord() {
        return text(tag(RunTags.LINEAGE));
    }

    /** What that record could not say. */
    @Exported
    public List<String> getGaps() {
        return provenance == null
                ? List.of()
                : provenance.gaps().stream().map(Shown::text).toList();
    }

    /** The build that made it, if the viewer may see it. */
    @Exported
    public BuildRef getBuild() {
        return build;
    }

    /** What the gates of this Jenkins said of its model, the last one first. */
    @Exported
    public List<VerdictView> getGates() {
        List<VerdictView> views = new ArrayList<>();
        gates.forEach(gate -> views.add(0, new VerdictView(gate)));
        return views;
    }

    /** The last of them; null when no gate judged it. */
    public VerdictView getGate() {
        return gates.isEmpty() ? null : new VerdictView(gates.get(gates.size() - 1));
    }

    /** Whether the viewer may give it an alias. */
    public boolean isPromotable() {
        return ModelMoves.may(job(), MlopsPermissions.PROMOTE);
    }

    /** Whether a gate passed it, or a promotion elsewhere rests on one and overrode nothing. */
    @Exported
    public boolean isGated() {
        return gates.isEmpty()
                ? ToldMove.of(version).stream()
                        .anyMatch(move -> !move.rollback() && move.gate() != null && move.overridden() == null)
                : gates.stream().anyMatch(gate -> gate.verdict().equals("pass"));
    }

    /** What people should know before they trust it, one phrase each. */
    @Exported
    public List<String> getWarnings() {
        List<String> warnings = new ArrayList<>();
        if (!isGated() && !version.aliases().isEmpty()) {
            warnings.add("has the alias " + String.join(", ", getAliases()) + ", and no gate let it through");
        }
        for (ToldMove move : ToldMove.of(version)) {
            if (move.overridden() != null) {
                warnings.add(text("was made " + move.alias() + " although " + move.overridden()));
            }
        }
        if (tag(RunTags.LINEAGE) == null) {
            warnings.add("has no lineage record: where it comes from is not known");
        }
        if (tag(RunTags.CHANGES) != null) {
            warnings.add(
                    text("was trained from code that differed from its commit in " + tag(RunTags.CHANGES) + " files"));
        }
        return warnings;
    }

    /** Those of the MLflow run; empty while they are not known. Texts, since they may be NaN. */
    @Exported
    public Map<String, String> getMetrics() {
        Map<String, String> metrics = new TreeMap<>();
        if (run != null) {
            run.metrics().forEach((name, value) -> metrics.put(text(name), Numbers.text(value)));
        }
        return metrics;
    }

    /** As {@link #getMetrics}. */
    @Exported
    public Map<String, String> getParams() {
        Map<String, String> params = new TreeMap<>();
        if (run != null) {
            run.params().forEach((name, value) -> params.put(text(name), text(value)));
        }
        return params;
    }

    /** Of a metric; null when it has none. */
    public String metric(String name) {
        return getMetrics().get(name);
    }

    TrackedRun run() {
        return run;
    }

    ModelVersion version() {
        return version;
    }

    /** Where MLflow has it; null when unknown. */
    Digest digest() {
        return version.digest();
    }

    /** Null when it is absent or empty. */
    private String tag(String key) {
        String tag = version.tags().get(key);
        return tag == null || tag.isEmpty() ? null : tag;
    }
}
