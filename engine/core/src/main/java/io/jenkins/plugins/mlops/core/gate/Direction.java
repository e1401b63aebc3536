package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;

/** Which way a metric gets better. Always stated in a rule: a gate that guesses passes a growing error. */
public enum Direction {
    HIGHER("higher"),
    LOWER("lower");

    private final String word;

    Direction(String word) {
        this.word = word;
    }

    /** How much better {@code value} is than {@code reference}; negative when it is worse. */
    BigDecimal gain(BigDecimal value, BigDecimal reference) {
        return this == HIGHER ? value.subtract(reference) : reference.subtract(value);
    }

    /** {@code value} made worse by {@code amount}. */
    BigDecimal worsen(BigDecimal value, BigDecimal amount) {
        return this == HIGHER ? value.subtract(amount) : value.add(amount);
    }

    /** The word in rule files and reports. */
    @Override
    @JsonValue
    public String toString() {
        return word;
    }
}
