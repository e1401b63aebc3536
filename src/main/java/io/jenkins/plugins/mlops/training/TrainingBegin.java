package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import hudson.PluginWrapper;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.BuildLink;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.core.training.ParentModel;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.rerun.RerunAction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import jenkins.model.Jenkins;

/**
 * Makes everything that a training's body needs: the run directory on the agent, the note of the open run, and the MLflow run.
 * All of it may be done again; a run that an earlier try has made is found by its tag and used.
 */
final class TrainingBegin {

    private final Run<?, ?> build;
    private final String useId;
    private final String tag;
    private final WithMlflowStep step;
    private final TaskListener listener;

    /** @param useId the flow node's id @param tag made by {@link #tag} */
    TrainingBegin(Run<?, ?> build, String useId, String tag, WithMlflowStep step, TaskListener listener) {
        this.build = build;
        this.useId = useId;
        this.tag = tag;
        this.step = step;
        this.listener = listener;
    }

    /**
     * @param workspace the directory to work in
     * @param node of the workspace
     * @param boundary the whole workspace of the build there
     */
    @NonNull
    StartedTraining begin(FilePath workspace, String node, String boundary) throws IOException, InterruptedException {
        if (step.getExperiment() == null) {
            throw MlopsException.usage("withMLflow has no experiment: name the one that its runs belong to");
        }
        JobPolicy policy = JobPolicy.of(build);
        MlflowProfile profile = policy.mlflowServer(step.getServer());
        RerunPlan plan = RerunAction.plan(build).orElse(null);
        String startsFrom = parent(plan);
        try (MlflowServer server = profile.connect(build)) {
            ParentFiles parent =
                    startsFrom == null ? null : new ParentFiles(ParentModel.find(server, parent(policy, startsFrom)));
            StartedTraining training = new StartedTraining(
                    tag,
                    id(tag),
                    profile.getName(),
                    name(),
                    step,
                    plan,
                    parent,
                    builder(build),
                    versions(),
                    System.currentTimeMillis());
            training.params().requireNoSeed();
            if (parent != null) {
                listener.getLogger().println("Parent model " + parent.uri());
            }
            SourceRevision source =
                    prepare(workspace, node, boundary, training, new AgentArtifacts(profile, build, server));
            if (plan != null) {
                plan.requireCommit(source);
                listener.getLogger().print(plan.text());
            }
            TrainingUses.of(build).running(useId, training, source);
            profile.makeExperiment(training.experiment, build);
            createRun(server, training, source);
            TrainingUses.of(build).running(useId, training, source);
            KnownPulls.get().follow(build);
            listener.getLogger().print("MLflow run ");
            listener.hyperlink(training.runUrl, training.name);
            listener.getLogger().println(" in the experiment " + training.experiment);
            return training;
        }
    }

    /** The model to start from: the step's, unless a plan says; null for none. */
    @CheckForNull
    private String parent(@CheckForNull RerunPlan plan) {
        if (plan == null || !plan.kind().sameCommit()) {
            return step.getParent();
        }
        return plan.parent() == null ? null : plan.parent().toString();
    }

    private static ModelReference parent(JobPolicy policy, String text) {
        ModelReference reference = ModelReference.parse(text);
        policy.checkModel(reference.name());
        return reference;
    }

    private SourceRevision prepare(
            FilePath workspace, String node, String boundary, StartedTraining training, AgentArtifacts artifacts)
            throws IOException, InterruptedException {
        BuildLineage lineage = BuildLineage.of(build);
        PulledDatasets datasets = new PulledDatasets(lineage.facts().datasets(), node);
        PrepareTraining task = new PrepareTraining(
                training, step, training.parent, artifacts.access(), boundary, datasets.directories());
        PrepareTraining.Prepared prepared =
                artifacts.reading(workspace, node, task, training.parent == null ? null : training.parent.runId());
        training.place = prepared.place;
        training.parentDigest = prepared.parentDigest;
        if (prepared.source == null) {
            Files.deleteIfExists(sourceFile(build, useId));
            return null;
        }
        Documents.writeAtomically(sourceFile(build, useId), prepared.source);
        return Documents.readJson(prepared.source, "The commit", SourceRevision.class);
    }

    private void createRun(MlflowServer server, StartedTraining training, SourceRevision source) {
        Map<String, String> tags = new TreeMap<>(training.facts(source).startTags());
        tags.put(OpenRuns.TAG, training.tag);
        OpenRun note = new OpenRun(
                training.id,
                training.tag,
                build.getExternalizableId(),
                training.server,
                training.experiment,
                null,
                null,
                Instant.now());
        OpenRuns.get().note(note);
        Optional<TrackedRun> earlier = server.runByTag(training.experiment, OpenRuns.TAG, training.tag);
        TrackedRun run = earlier.orElseGet(() -> server.createRun(training.experiment, training.name, tags));
        OpenRuns.get().note(note.withRunId(run.runId()));
        if (earlier.isPresent()) {
            server.setTags(run.runId(), tags);
            server.endRun(run.runId(), RunStatus.RUNNING);
        }
        Map<String, String> params = training.params().flatWithSeed(training.seed);
        if (!params.isEmpty()) {
            server.logParams(run.runId(), params);
        }
        training.runId = run.runId();
        training.runUrl = server.runUrl(run);
    }

    /** Which code a training of the build runs; kept on the controller, since the body can change what lies on the agent. */
    static Path sourceFile(Run<?, ?> build, String useId) {
        return BuildLineage.of(build).directory().resolve("source-" + useId + ".json");
    }

    /** As {@link PrepareTraining.Prepared#source}. */
    static String source(Run<?, ?> build, String useId) throws IOException {
        Path file = sourceFile(build, useId);
        return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : null;
    }

    private String name() {
        return step.getRunName() == null ? build.getExternalizableId() : step.getRunName();
    }

    /** Unique among all builds of all controllers, and the same after a restart. */
    static String tag(Run<?, ?> build, String useId) {
        return String.join(
                "/",
                Jenkins.get().getLegacyInstanceId(),
                build.getExternalizableId(),
                String.valueOf(build.getStartTimeInMillis()),
                useId);
    }

    static String id(String tag) {
        return UUID.nameUUIDFromBytes(tag.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** The build as lineage names it. */
    static String builder(Run<?, ?> build) {
        String link = BuildLink.of(build);
        return link == null ? "urn:jenkins:" + Jenkins.get().getLegacyInstanceId() + ":" + build.getUrl() : link;
    }

    static Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        versions.put("jenkins", String.valueOf(Jenkins.getVersion()));
        PluginWrapper plugin = Jenkins.get().getPluginManager().whichPlugin(TrainingBegin.class);
        if (plugin != null) {
            versions.put(plugin.getShortName(), plugin.getVersion());
        }
        return versions;
    }
}
