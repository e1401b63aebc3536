/** The life of a workload on a cluster, from before its creation to after its removal, across restarts of whoever watches it. */
package io.jenkins.plugins.mlops.core.execution;
