package io.jenkins.plugins.mlops.model;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Metrics as pages write them. */
final class Numbers {

    /** More than anyone tells apart, less than the noise of binary fractions. */
    private static final MathContext DIGITS = new MathContext(6, RoundingMode.HALF_EVEN);

    private static final int LONGEST = 12;

    private Numbers() {}

    static String text(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return String.valueOf(value);
        }
        BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
        String plain = rounded.toPlainString();
        return plain.length() > LONGEST ? rounded.toString() : plain;
    }

    /** With its sign. */
    static String difference(double from, double to) {
        double difference = to - from;
        return (difference > 0 ? "+" : "") + text(difference);
    }
}
