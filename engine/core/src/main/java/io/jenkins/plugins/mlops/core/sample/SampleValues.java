package io.jenkins.plugins.mlops.core.sample;

import java.util.Arrays;

/**
 * One metric, sample by sample: a sum and a weight each, so that the metric is the sum of sums by the sum of weights. A sample
 * without a value has a sum and a weight of 0.
 */
final class SampleValues {

    private static final int FIRST_CAPACITY = 1024;

    private double[] sums;
    /** Null while every weight is 1. */
    private double[] weights;
    /** Whether every value is a plain number or absent, so that the metric is a mean. */
    private boolean mean = true;

    private int size;

    SampleValues() {
        this(FIRST_CAPACITY);
    }

    private SampleValues(int capacity) {
        sums = new double[capacity];
    }

    /** Takes the next sample's plain number. */
    void add(double value) {
        append(value, 1);
    }

    /** Takes the next sample's part of a ratio of sums. */
    void add(double sum, double weight) {
        mean = false;
        weigh();
        append(sum, weight);
    }

    /** Takes that the next sample has no value. */
    void addNone() {
        weigh();
        append(0, 0);
    }

    int size() {
        return size;
    }

    double sum(int sample) {
        return sums[sample];
    }

    double weight(int sample) {
        return weights == null ? 1 : weights[sample];
    }

    boolean isMean() {
        return mean;
    }

    /** The same values in another order: number {@code order[i]} comes to place i. */
    SampleValues inOrder(int[] order) {
        SampleValues ordered = new SampleValues(order.length);
        ordered.mean = mean;
        ordered.size = order.length;
        ordered.weights = weights == null ? null : new double[order.length];
        for (int i = 0; i < order.length; i++) {
            ordered.sums[i] = sums[order[i]];
            if (weights != null) {
                ordered.weights[i] = weights[order[i]];
            }
        }
        return ordered;
    }

    private void weigh() {
        if (weights == null) {
            weights = new double[sums.length];
            Arrays.fill(weights, 0, size, 1);
        }
    }

    private void append(double sum, double weight) {
        if (size == sums.length) {
            int capacity = size + (size >> 1);
            sums = Arrays.copyOf(sums, capacity);
            weights = weights == null ? null : Arrays.copyOf(weights, capacity);
        }
        sums[size] = sum;
        if (weights != null) {
            weights[size] = weight;
        }
        size++;
    }
}
