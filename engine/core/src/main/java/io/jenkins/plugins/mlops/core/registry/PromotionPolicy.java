package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Approval;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What speaks against a promotion. Someone may override it with a reason; a lost race is no matter of policy. */
final class PromotionPolicy {

    /** What a version must say of where it comes from. */
    private static final List<String> LINEAGE =
            List.of(RunTags.MODEL_DIGEST, RunTags.LINEAGE, RunTags.COMMIT, RunTags.TRAINING_DATASET);

    private PromotionPolicy() {}

    /** The objections, each half a sentence; none when the promotion may go on. */
    static List<String> objections(ModelVersion version, PromotionRequest request, AliasPosition position) {
        List<String> objections = new ArrayList<>();
        lineage(version, objections);
        gate(version, request.gate(), position, objections);
        objections.addAll(position.objections());
        return objections;
    }

    /** Those of {@link #objections} that may not be overridden. */
    static List<String> binding(ModelVersion version, PromotionRequest request, AliasPosition position) {
        List<String> binding = new ArrayList<>();
        if (request.binding().contains(PromotionRequest.Ground.LINEAGE)) {
            lineage(version, binding);
        }
        if (request.binding().contains(PromotionRequest.Ground.GATE)) {
            gate(version, request.gate(), position, binding);
        }
        return binding;
    }

    private static void lineage(ModelVersion version, List<String> objections) {
        List<String> missing = LINEAGE.stream()
                .filter(tag -> version.tags().getOrDefault(tag, "").isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            objections.add("its lineage is incomplete: the version has no " + String.join(", ", missing));
        }
        String changes = version.tags().getOrDefault(RunTags.CHANGES, "");
        if (!changes.isEmpty()) {
            objections.add("it was trained from a work tree that differed from the commit in " + changes + " files");
        }
    }

    /**
     * The approvals that count: for this gate report, one a person, by neither who promotes nor who registered the version.
     *
     * @param all of the version for the alias
     */
    static List<Recorded<Approval>> counting(
            ModelVersion version, PromotionRequest request, List<Recorded<Approval>> all) {
        List<Recorded<Approval>> counting = new ArrayList<>();
        for (Recorded<Approval> given : all) {
            String by = given.predicate().by();
            if (request.gate() != null
                    && given.predicate().gate().equals(request.gate().report())
                    && !Approvals.same(by, request.by())
                    && !Approvals.same(by, version.tags().get(RunTags.REGISTERED_BY))
                    && counting.stream()
                            .noneMatch(other ->
                                    Approvals.same(by, other.predicate().by()))) {
                counting.add(given);
            }
        }
        return counting;
    }

    /** What lacks of the approvals that were asked for. */
    static Optional<String> unapproved(PromotionRequest request, int counting, int all) {
        if (counting >= request.approvals()) {
            return Optional.empty();
        }
        return Optional.of("it has " + counting + " of " + request.approvals()
                + " approvals of this gate report by others than who promotes and who registered it"
                + (all > counting ? " (" + (all - counting) + " more are by these, or for another report)" : ""));
    }

    private static void gate(ModelVersion version, GateEvidence gate, AliasPosition position, List<String> objections) {
        if (gate == null) {
            objections.add("no gate report was given");
            return;
        }
        if (!gate.passed()) {
            objections.add("its gate did not pass (" + gate.verdict() + ": " + gate.summary() + ")");
        }
        String model = version.tags().get(RunTags.MODEL_DIGEST);
        if (gate.model() == null) {
            objections.add(
                    "the gate report does not say which model it judged, so let the gate read an evaluation.json");
        } else if (model != null && !gate.model().toString().equals(model)) {
            objections.add("the gate report judged the model " + gate.model() + ", and the version is " + model);
        }
        String evaluation = version.tags().get(RunTags.EVALUATION);
        if (evaluation != null
                && gate.evaluation() != null
                && !gate.evaluation().toString().equals(evaluation)
                && !version.tags()
                        .containsKey(
                                RunTags.EVALUATED_PREFIX + gate.evaluation().hex())) {
            objections.add("the gate report rests on the evaluation " + gate.evaluation() + ", and the version's is "
                    + evaluation);
        }
        Digest champion = position.current() == null ? null : position.current().digest();
        if (gate.baselineModel() != null
                && champion != null
                && !gate.baselineModel().equals(champion)) {
            objections.add("the champion has changed since the gate compared with it: run the gate again");
        }
    }
}
