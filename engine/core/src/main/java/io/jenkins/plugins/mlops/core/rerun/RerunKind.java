package io.jenkins.plugins.mlops.core.rerun;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.Arrays;

/** In which way a training is done again. */
public enum RerunKind {
    /** With exactly the same of everything. */
    REPRODUCE("reproduce", "Reproduce"),
    /** With the newest version of the training dataset, and the same of everything else. */
    RETRAIN_DATA("retrain-data", "Retrain, with the newest dataset,"),
    /** With the newest commit and what it asks for, and the same datasets. */
    RETRAIN_COMMIT("retrain-commit", "Retrain, with the newest commit,");

    private final String word;
    private final String title;

    RerunKind(String word, String title) {
        this.word = word;
        this.title = title;
    }

    /** @throws MlopsException of kind USAGE for another word */
    @JsonCreator
    public static RerunKind parse(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word.equals(word))
                .findFirst()
                .orElseThrow(() -> MlopsException.usage("'" + word
                        + "' is no way to do a training again: reproduce, retrain-data and retrain-commit are"));
    }

    /** The word in documents, records and addresses. */
    @JsonValue
    public String word() {
        return word;
    }

    String title() {
        return title;
    }

    /** Whether the code, and what it asks for, stays the same. */
    public boolean sameCommit() {
        return this != RETRAIN_COMMIT;
    }

    boolean sameDataset() {
        return this != RETRAIN_DATA;
    }
}
