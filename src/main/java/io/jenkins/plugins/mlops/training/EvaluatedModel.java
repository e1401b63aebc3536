package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.lineage.RunFacts.EvaluationUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.MeasuredUse;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;

/** What {@code evaluateModel} has measured, as a Pipeline script sees it. Immutable. */
public final class EvaluatedModel implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String model;
    private final String digest;
    private final String runId;
    private final String runUrl;
    private final String evaluationSet;
    private final String champion;
    private final String championDigest;
    private final ArrayList<String> notes;

    EvaluatedModel(EvaluationUse use, List<String> notes) {
        MeasuredUse measured = use.champion();
        model = use.candidate().model();
        digest = use.candidate().modelDigest();
        runId = use.candidate().runId();
        runUrl = use.candidate().runUrl();
        evaluationSet = use.evaluationSet();
        champion = measured == null ? null : measured.model();
        championDigest = measured == null ? null : measured.modelDigest();
        this.notes = new ArrayList<>(notes);
    }

    /** The candidate: {@code models:/NAME/VERSION} or {@code runs:/ID}. */
    @Whitelisted
    public String getModel() {
        return model;
    }

    /** Content id of the candidate's files. */
    @Whitelisted
    public String getDigest() {
        return digest;
    }

    /** The MLflow run of the candidate's evaluation. */
    @Whitelisted
    public String getRunId() {
        return runId;
    }

    @Whitelisted
    public String getRunUrl() {
        return runUrl;
    }

    /** Content id of the set, else its source id. */
    @Whitelisted
    public String getEvaluationSet() {
        return evaluationSet;
    }

    /** Null when none was measured. */
    @Whitelisted
    @CheckForNull
    public String getChampion() {
        return champion;
    }

    /** Null when none was measured. */
    @Whitelisted
    @CheckForNull
    public String getChampionDigest() {
        return championDigest;
    }

    /** What a reader should know, a sentence each. */
    @Whitelisted
    public List<String> getNotes() {
        return new ArrayList<>(notes);
    }

    @Override
    public String toString() {
        return "evaluation of " + model + " on " + evaluationSet;
    }
}
