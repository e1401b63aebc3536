package io.jenkins.plugins.mlops.core.gate;

import java.util.List;

/**
 * A curve, such as precision over recall. Points with a value that is not finite are gaps.
 *
 * @param x as many as {@code y}
 * @param xLabel what x is, may be empty
 * @param yLabel what y is, may be empty
 */
public record Curve(List<Double> x, List<Double> y, String xLabel, String yLabel) {

    public Curve {
        x = List.copyOf(x);
        y = List.copyOf(y);
    }
}
