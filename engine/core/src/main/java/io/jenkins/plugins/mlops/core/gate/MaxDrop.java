package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.Objects;

/**
 * How much worse than the baseline a candidate may be.
 *
 * @param amount 0 or more
 * @param percent whether {@code amount} is a percentage of the baseline's absolute value, so that a baseline of zero allows
 *     no drop at all
 */
public record MaxDrop(BigDecimal amount, boolean percent) {

    static final MaxDrop NONE = new MaxDrop(BigDecimal.ZERO, false);

    public MaxDrop {
        Objects.requireNonNull(amount);
    }

    /** The drop that is allowed from the baseline, in the metric's own unit. */
    BigDecimal allowance(BigDecimal baseline) {
        return percent ? baseline.abs().multiply(amount).movePointLeft(2) : amount;
    }

    @JsonValue
    Object json() {
        return percent ? toString() : amount;
    }

    @Override
    public String toString() {
        return percent ? amount.toPlainString() + "%" : amount.toPlainString();
    }
}
