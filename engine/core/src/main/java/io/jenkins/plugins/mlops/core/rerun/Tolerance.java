package io.jenkins.plugins.mlops.core.rerun;

import io.jenkins.plugins.mlops.core.MlopsException;

/**
 * How far a metric may be from the one that it repeats: the larger of two limits counts.
 *
 * @param absolute 0 or more, in the metric's unit
 * @param relative 0 or more, a fraction of the original's amount
 */
public record Tolerance(double absolute, double relative) {

    /**
     * What holds where nothing is said. Trainings on a GPU that are not made to be deterministic end with metrics that differ by some
     * thousandths; more than a hundredth is another result.
     */
    public static final Tolerance DEFAULT = new Tolerance(0.001, 0.01);

    private static final double PERCENT = 100;

    public Tolerance {
        if (!(absolute >= 0 && relative >= 0) || Double.isInfinite(absolute) || Double.isInfinite(relative)) {
            throw MlopsException.usage("A tolerance is 0 or more, and finite");
        }
    }

    /**
     * Reads {@code 0.002} (absolute), {@code 1%} (relative) or {@code 0.002,1%} (the larger of the two); what is not said is 0.
     *
     * @throws MlopsException of kind USAGE for another text
     */
    public static Tolerance parse(String text) {
        double absolute = 0;
        double relative = 0;
        for (String part : text.split(",", -1)) {
            String number = part.trim();
            try {
                if (number.endsWith("%")) {
                    relative = Double.parseDouble(number.substring(0, number.length() - 1)) / PERCENT;
                } else {
                    absolute = Double.parseDouble(number);
                }
            } catch (NumberFormatException e) {
                throw MlopsException.usage(
                        "'" + text
                                + "' is no tolerance: a number (0.002), a percentage (1%) or both (0.002,1%) is wanted",
                        e);
            }
        }
        return new Tolerance(absolute, relative);
    }

    /** What the two may be apart. */
    double limit(double original) {
        return Math.max(absolute, relative * Math.abs(original));
    }
}
