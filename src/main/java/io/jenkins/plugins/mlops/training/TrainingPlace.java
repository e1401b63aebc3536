package io.jenkins.plugins.mlops.training;

import java.io.Serializable;

/** Where on its node a training reads and writes: absolute paths. */
final class TrainingPlace implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The run directory. */
    final String root;

    final String model;
    final String output;
    final String metrics;
    final String params;
    final String checkpoints;
    /** Null without a parent. */
    final String parent;

    TrainingPlace(
            String root,
            String model,
            String output,
            String metrics,
            String params,
            String checkpoints,
            String parent) {
        this.root = root;
        this.model = model;
        this.output = output;
        this.metrics = metrics;
        this.params = params;
        this.checkpoints = checkpoints;
        this.parent = parent;
    }
}
