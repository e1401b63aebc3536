package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.util.List;

/** A model of a build that somebody may promote, and what its last gate said. Immutable. */
public final class CandidateView {

    private final RunFacts.TrainingUse training;
    private final RunFacts.GateUse gate;

    CandidateView(RunFacts.TrainingUse training, RunFacts facts) {
        this.training = training;
        this.gate = facts.gates().stream()
                .filter(use -> training.modelDigest().equals(use.modelDigest()))
                .reduce(null, (earlier, later) -> later);
    }

    public String getRunId() {
        return training.runId();
    }

    public String getModelDigest() {
        return PrintableText.of(training.modelDigest());
    }

    public String getLabel() {
        return PrintableText.of(training.experiment() + ", run " + training.runId()
                + (gate == null ? ", no gate" : ", gate: " + gate.verdict()));
    }

    String server() {
        return training.server();
    }

    /** Digest of the last gate's report; null without one. */
    @CheckForNull
    public String getGate() {
        return gate == null ? null : gate.digest();
    }

    public String getVerdict() {
        return gate == null ? null : PrintableText.of(gate.verdict());
    }

    public String getSummary() {
        return gate == null ? "No gate has judged this model" : PrintableText.of(gate.summary());
    }

    public List<RunFacts.RuleUse> getRules() {
        return gate == null ? List.of() : gate.rules();
    }
}
