/** A Kubernetes cluster as trainings see it: calls that are safe to repeat, one watch for all, logs that resume. */
package io.jenkins.plugins.mlops.core.cluster;
