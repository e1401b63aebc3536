package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.gate.EvaluationRecord;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is known of a training: more and more while it runs. What is never said stays unknown, and the lineage names it as a
 * gap where a model cannot be accounted for without it. Not thread-safe.
 */
public final class TrainingFacts {

    final String id;
    final String experiment;
    final TrainingServices.Builder builder;
    final Instant started;
    final Map<String, Object> asked = new TreeMap<>();
    final Map<String, Object> added = new TreeMap<>();
    final Map<String, String> evaluator = new TreeMap<>();
    final List<DatasetVersion> training = new ArrayList<>();
    final List<String> gaps = new ArrayList<>();
    SourceRevision source;
    DatasetVersion evaluationSet;
    ParentModel parent;
    Digest parentDigest;
    Digest environment;
    ImageReference image;
    ModelFiles model;
    EvaluationRecord evaluation;
    Digest evaluationDigest;

    /** @param id names this training in MLflow and lineage */
    public TrainingFacts(String id, String experiment, TrainingServices.Builder builder, Instant started) {
        this.id = id;
        this.experiment = experiment;
        this.builder = builder;
        this.started = started;
    }

    /** A part of what the user asked for, such as {@code params}; null adds nothing. */
    public TrainingFacts asked(String key, Object value) {
        return put(asked, key, value);
    }

    /** A part of what the product added, such as {@code attempts}; null adds nothing. */
    public TrainingFacts added(String key, Object value) {
        return put(added, key, value);
    }

    /** What measures the model, such as its {@code command}; null adds nothing. */
    public TrainingFacts evaluator(String key, String value) {
        return put(evaluator, key, value);
    }

    /** The code. @param revision null when it lies in no Git repository */
    public TrainingFacts source(SourceRevision revision) {
        source = revision;
        return this;
    }

    /** What the training starts from. @param digest of the files, null before they are there */
    public TrainingFacts parent(ParentModel model, Digest digest) {
        parent = model;
        parentDigest = digest;
        return this;
    }

    /** The image that really ran. @param reference by digest */
    public TrainingFacts image(String reference) {
        image = ImageReference.parse(reference);
        return this;
    }

    /** Something that is not known, as a phrase for people. */
    public TrainingFacts gap(String what) {
        gaps.add(what);
        return this;
    }

    /** The tags that the MLflow run begins with. */
    public Map<String, String> startTags() {
        Map<String, String> tags = new TreeMap<>();
        tags.put(RunTags.RUN, id);
        if (source != null) {
            tags.put(RunTags.COMMIT, source.commit());
            if (source.isDirty()) {
                tags.put(RunTags.CHANGES, String.valueOf(source.changes().size()));
            }
            if (source.repository() != null) {
                tags.put(RunTags.REPOSITORY, source.repository());
            }
        }
        if (parent != null) {
            tags.put(RunTags.PARENT, parent.uri());
        }
        if (parentDigest != null) {
            tags.put(RunTags.PARENT_DIGEST, parentDigest.toString());
        }
        return tags;
    }

    private <T> TrainingFacts put(Map<String, T> into, String key, T value) {
        if (value != null) {
            into.put(key, value);
        }
        return this;
    }
}
