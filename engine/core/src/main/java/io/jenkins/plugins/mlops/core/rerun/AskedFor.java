package io.jenkins.plugins.mlops.core.rerun;

import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What a specification asks for that cannot be given when a training is started: its commands and variables. */
final class AskedFor {

    static final String COMMAND = "command";
    static final String EVALUATION_COMMAND = "evaluationCommand";
    static final String ENVIRONMENT = "environment";

    private AskedFor() {}

    /** As a record has it. */
    static Map<String, Object> of(OriginalTraining training) {
        Map<String, Object> asked = new TreeMap<>();
        for (String key : new String[] {COMMAND, EVALUATION_COMMAND, ENVIRONMENT}) {
            if (training.asked(key) != null) {
                asked.put(key, training.asked(key));
            }
        }
        return asked;
    }

    static Map<String, Object> of(TrainingSpecification specification) {
        Map<String, Object> asked = new TreeMap<>();
        asked.put(ENVIRONMENT, specification.environment());
        if (specification.command() != null) {
            asked.put(COMMAND, specification.command());
        }
        if (specification.evaluation() != null) {
            asked.put(EVALUATION_COMMAND, specification.evaluation().command());
        }
        return asked;
    }

    /** Whether two values are the same in a document. */
    static boolean same(Object one, Object other) {
        return Objects.equals(
                Documents.json().valueToTree(one), Documents.json().valueToTree(other));
    }
}
