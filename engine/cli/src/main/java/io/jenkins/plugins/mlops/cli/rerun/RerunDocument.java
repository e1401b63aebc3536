package io.jenkins.plugins.mlops.cli.rerun;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.core.rerun.RunComparison;
import io.jenkins.plugins.mlops.core.training.TrainingResult;

/**
 * A training that was done again.
 *
 * @param comparison null for one that was not to be the same
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RerunDocument(RerunPlan plan, TrainingResult training, RunComparison comparison) {}
