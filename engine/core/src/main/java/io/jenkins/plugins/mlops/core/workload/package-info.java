/** What runs on a cluster: workloads, the profile that bounds them, and the Kubernetes objects that they become. */
package io.jenkins.plugins.mlops.core.workload;
