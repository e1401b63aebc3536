package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.util.ArrayList;
import java.util.List;

/**
 * Which model and which evaluation set a candidate's record must be of, so that no record of another model or of an easier set
 * gets through a gate.
 *
 * @param model content id of the model that is to be judged, null for any
 * @param modelName what a sentence calls that model
 * @param evaluationSet content id or source id, null for any
 */
public record Wanted(Digest model, String modelName, String evaluationSet) {

    /** Any model, any set. */
    public static final Wanted ANYTHING = new Wanted(null, null, null);

    /**
     * The model that a run made.
     *
     * @param evaluationSet as in {@link Wanted}
     * @throws MlopsException of kind USAGE when there is no such run, or it names no model
     */
    public static Wanted ofRun(TrackingServer server, String runId, String evaluationSet) {
        TrackedRun run = server.run(runId)
                .orElseThrow(() -> MlopsException.usage(
                        "The run " + PrintableText.of(runId) + " does not exist on " + server.uri()));
        String digest = run.tags().get(RunTags.MODEL_DIGEST);
        if (digest == null) {
            throw MlopsException.usage("The run " + PrintableText.of(runId) + " has no tag " + RunTags.MODEL_DIGEST
                    + ", so it is not known which model it made: only finished trainings of mlops have one");
        }
        return new Wanted(Digest.parse(digest), "that of run " + PrintableText.of(runId), evaluationSet);
    }

    /** This, on the set that the rules want where this names none. */
    Wanted or(String otherSet) {
        return evaluationSet == null ? new Wanted(model, modelName, otherSet) : this;
    }

    /** Why the record is refused, sentences without full stops; empty when it is what is wanted. */
    List<String> refusals(Measurement candidate) {
        List<String> refusals = new ArrayList<>();
        String file = PrintableText.of(candidate.origin());
        if (model != null && candidate.model() == null) {
            refusals.add(file + " does not say which model it measured, and " + modelName + " (" + model
                    + ") is wanted: give its evaluation.json");
        } else if (model != null && !model.equals(candidate.model())) {
            refusals.add(file + " measured the model " + candidate.model() + ", and not " + modelName + ", which is "
                    + model);
        }
        refusals.addAll(setRefusals(candidate));
        candidate.seeds().forEach(seed -> refusals.addAll(setRefusals(seed)));
        return refusals;
    }

    private List<String> setRefusals(Measurement measurement) {
        DatasetVersion set = measurement.evaluationSet();
        if (evaluationSet == null) {
            return List.of();
        }
        String file = PrintableText.of(measurement.origin());
        String wanted = PrintableText.of(evaluationSet);
        if (set == null) {
            return List.of(
                    file + " does not say on which evaluation set it was measured, and " + wanted + " is wanted");
        }
        boolean same = set.contentId() != null && set.contentId().toString().equals(evaluationSet)
                || evaluationSet.equals(set.sourceId());
        return same
                ? List.of()
                : List.of(file + " was measured on " + Comparability.shown(set) + ", and " + wanted + " is wanted");
    }
}
