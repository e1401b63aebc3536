/** Receivers of lineage records over HTTP: a callback of one's own, and catalogues that speak OpenLineage. */
package io.jenkins.plugins.mlops.core.receiver;
