package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a rule, or the gate as a whole, says. Ordered from good to bad: of several verdicts, the last decides. */
public enum Verdict {
    PASS,
    /** It cannot be told: too few samples. */
    INCONCLUSIVE,
    FAIL;

    /** The one that decides when both were given. */
    public Verdict and(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }

    @JsonCreator
    static Verdict parse(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** The word in reports. */
    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
