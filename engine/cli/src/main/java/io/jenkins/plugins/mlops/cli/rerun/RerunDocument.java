package io.jenkins.plugins.mlops.cli.rerun;

import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.core.rerun.RunComparison;
import io.jenkins.plugins.mlops.core.training.TrainingResult;

/** A training that was done again, and how it compares with the first. */
record RerunDocument(RerunPlan plan, TrainingResult training, RunComparison comparison) {}
