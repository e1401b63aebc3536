package io.jenkins.plugins.mlops.gate;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;

/** What {@code evaluationGate} returns to a pipeline. */
public class GateOutcome implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String name;
    private final String verdict;
    private final String summary;
    private final String digest;
    private final String report;
    private final String modelDigest;
    private final String runId;
    private final String baseline;
    private final ArrayList<LinkedHashMap<String, String>> rules;

    public GateOutcome(@NonNull RunFacts.GateUse use) {
        this.name = use.name();
        this.verdict = use.verdict();
        this.summary = use.summary();
        this.digest = use.digest();
        this.report = use.report();
        this.modelDigest = use.modelDigest();
        this.runId = use.runId();
        this.baseline = use.baseline();
        this.rules = new ArrayList<>();
        for (RunFacts.RuleUse rule : use.rules()) {
            rules.add(entry(rule));
        }
    }

    private static LinkedHashMap<String, String> entry(RunFacts.RuleUse rule) {
        LinkedHashMap<String, String> entry = new LinkedHashMap<>();
        entry.put("metric", rule.metric());
        entry.put("slice", rule.slice());
        entry.put("value", rule.value());
        entry.put("limit", rule.limit());
        entry.put("baseline", rule.baseline());
        entry.put("verdict", rule.verdict());
        entry.put("reason", rule.reason());
        return entry;
    }

    /** What the pipeline calls the gate; null when it does not. */
    @CheckForNull
    @Whitelisted
    public String getName() {
        return name;
    }

    /** pass, fail or inconclusive. */
    @Whitelisted
    public String getVerdict() {
        return verdict;
    }

    /** Whether every rule holds. */
    @Whitelisted
    public boolean isPassed() {
        return verdict.equals("pass");
    }

    /** One sentence. */
    @Whitelisted
    public String getSummary() {
        return summary;
    }

    /** SHA-256 of the report {@code gate.json}, by which {@code promoteModel} knows it. */
    @Whitelisted
    public String getDigest() {
        return digest;
    }

    /** Name of the directory with the reports, in the build's {@code mlops} directory. */
    @Whitelisted
    public String getReport() {
        return report;
    }

    /** Content id of the model that was judged; null when the metrics do not say. */
    @CheckForNull
    @Whitelisted
    public String getModelDigest() {
        return modelDigest;
    }

    /** The MLflow run of the model that was judged; null when unknown. */
    @CheckForNull
    @Whitelisted
    public String getRunId() {
        return runId;
    }

    /** What the model was held against, as people say it; null without one. */
    @CheckForNull
    @Whitelisted
    public String getBaseline() {
        return baseline;
    }

    /** For each rule: metric, slice, value, limit, baseline, verdict, reason; what is unknown is null. */
    @Whitelisted
    public List<Map<String, String>> getRules() {
        return new ArrayList<>(rules);
    }

    @Override
    @Whitelisted
    public String toString() {
        return (name == null ? "gate" : "gate " + name) + ": " + verdict + " (" + summary + ")";
    }
}
