package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.Repeats;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.training.Params;
import io.jenkins.plugins.mlops.core.training.TrainingFacts;
import io.jenkins.plugins.mlops.core.training.TrainingServices;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is settled about a training before its body runs; persisted with the build, and sent to the agent. Without any secret.
 */
final class StartedTraining implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Id of the training in MLflow and lineage, made of the tag. */
    final String id;

    /** By which the MLflow run is found again. */
    final String tag;

    /** Name of the MLflow server's profile. */
    final String server;

    final String experiment;
    final String name;
    /** JSON. */
    final String params;

    /** Names of parameters that are not among them; null for none. */
    final ArrayList<String> sensitive;

    /** Null for none. */
    final Long seed;

    /** {@link Repeats} as JSON; null for a training that repeats none. */
    private final String repeats;

    /** Null for none. */
    final ParentFiles parent;

    /** URL of the build. */
    final String builder;
    /** Component to version. */
    private final TreeMap<String, String> versions;

    final long startedMillis;

    /** Known once the workspace is prepared: directories, code and parent. */
    TrainingPlace place;

    String parentDigest;

    /** Known once MLflow has made the run. */
    String runId;

    String runUrl;

    StartedTraining(
            String tag,
            String id,
            String server,
            String name,
            WithMlflowStep step,
            @CheckForNull RerunPlan plan,
            ParentFiles parent,
            String builder,
            Map<String, String> versions,
            long startedMillis) {
        this.tag = tag;
        this.id = id;
        this.server = server;
        this.experiment = step.getExperiment();
        this.name = name;
        RerunPlan pinned = plan != null && plan.kind().sameCommit() ? plan : null;
        this.params = pinned == null ? step.paramsJson() : Documents.toJson(pinned.params());
        List<String> named = step.getSensitive();
        this.sensitive = named == null ? null : new ArrayList<>(new TreeSet<>(named));
        this.seed = pinned == null ? step.getSeed() : pinned.seed();
        this.repeats = plan == null ? null : Documents.toJson(plan.repeats());
        this.parent = parent;
        this.builder = builder;
        this.versions = new TreeMap<>(versions);
        this.startedMillis = startedMillis;
    }

    Params params() {
        return Documents.readJson(params, "The parameters", Params.class);
    }

    /** @param source null when the code lies in no Git repository */
    TrainingFacts facts(SourceRevision source) {
        TrainingFacts facts = new TrainingFacts(
                        id,
                        experiment,
                        new TrainingServices.Builder(builder, versions),
                        Instant.ofEpochMilli(startedMillis))
                .asked("name", name)
                .asked("params", params().values())
                .asked("sensitive", sensitive)
                .asked("seed", seed)
                .added("backend", "jenkins")
                .added(
                        Repeats.KEY,
                        repeats == null
                                ? null
                                : Documents.readJson(repeats, "What is repeated", Repeats.class)
                                        .toMap())
                .evaluator("build", builder)
                .source(source);
        return parent == null
                ? facts
                : facts.parent(parent.model(), parentDigest == null ? null : Digest.parse(parentDigest));
    }
}
