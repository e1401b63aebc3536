/** Trainings that people start again from a build's page: the same job at exactly the right commit, held to a plan that was shown before. */
package io.jenkins.plugins.mlops.rerun;
