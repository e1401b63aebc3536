/** What Kubernetes objects say about a workload: why its pods wait, and how it ended. Reads only, and calls no server. */
package io.jenkins.plugins.mlops.core.diagnosis;
