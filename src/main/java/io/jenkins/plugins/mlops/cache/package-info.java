/** The dataset caches of nodes: where they are, how large they may become, and which builds need what is in them. */
package io.jenkins.plugins.mlops.cache;
