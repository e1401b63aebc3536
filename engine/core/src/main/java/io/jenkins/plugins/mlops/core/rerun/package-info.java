/**
 * Trainings that are done again: a plan is made from the record of one, a new training obeys it, and what came out is compared. Nothing
 * here runs anything.
 */
package io.jenkins.plugins.mlops.core.rerun;
