/** Measuring models: one evaluator, one evaluation set, and records that bind the numbers to both and to the model. */
package io.jenkins.plugins.mlops.core.evaluation;
