package io.jenkins.plugins.mlops.gate;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What becomes of a build whose gate does not pass. */
enum OnFailure {
    FAIL("Fail the step"),
    UNSTABLE("Go on, and mark the stage and the build as unstable"),
    CONTINUE("Go on; the pipeline looks at what the step returns");

    private final String description;

    OnFailure(String description) {
        this.description = description;
    }

    @NonNull
    static OnFailure of(@NonNull String word) throws AbortException {
        return Arrays.stream(values())
                .filter(choice -> choice.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new AbortException("evaluationGate's onFailure is one of "
                        + Arrays.stream(values()).map(OnFailure::word).collect(Collectors.joining(", ")) + ", not '"
                        + word + "'"));
    }

    /** As pipelines write it. */
    @NonNull
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    @NonNull
    String description() {
        return description;
    }
}
