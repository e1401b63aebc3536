package io.jenkins.plugins.mlops.core.evaluation;

import io.jenkins.plugins.mlops.core.training.ModelReference;

/**
 * Which models to measure.
 *
 * @param candidateRun the MLflow run whose model is the candidate; null when {@code candidate} is given
 * @param candidate the registered version that is the candidate; null when {@code candidateRun} is given
 * @param champion what the candidate will be compared with; null for the candidate alone
 * @param force whether the champion is measured again although it was before, by the same evaluator on the same set
 */
public record EvaluationRequest(
        String candidateRun, ModelReference candidate, ModelReference champion, boolean force) {}
