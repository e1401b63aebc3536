package io.jenkins.plugins.mlops.core.rerun;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.Arrays;
import java.util.Optional;

/** In which way a training is done again. */
public enum RerunKind {
    /** With exactly the same of everything. */
    REPRODUCE("reproduce", "Reproduce", "Reproduced"),
    /** With the newest version of the training dataset, and the same of everything else. */
    RETRAIN_DATA("retrain-data", "Retrain with the newest dataset", "Retrained with the newest dataset"),
    /** With the newest commit and what it asks for, and the same datasets. */
    RETRAIN_COMMIT("retrain-commit", "Retrain with the newest commit", "Retrained with the newest commit");

    private final String word;
    private final String title;
    private final String done;

    RerunKind(String word, String title, String done) {
        this.word = word;
        this.title = title;
        this.done = done;
    }

    /** @throws MlopsException of kind USAGE for another word */
    @JsonCreator
    public static RerunKind parse(String word) {
        return find(word)
                .orElseThrow(() -> MlopsException.usage("'" + word
                        + "' is no way to do a training again: reproduce, retrain-data and retrain-commit are"));
    }

    /** Empty for another word. */
    static Optional<RerunKind> find(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }

    /** The word in documents, records and addresses. */
    @JsonValue
    public String word() {
        return word;
    }

    /** What is to be done, as people read it; a colon and the training may follow. */
    public String title() {
        return title;
    }

    /** What was done, once it is. */
    String done() {
        return done;
    }

    /** Whether the code, and what it asks for, stays the same. */
    public boolean sameCommit() {
        return this != RETRAIN_COMMIT;
    }

    boolean sameDataset() {
        return this != RETRAIN_DATA;
    }
}
