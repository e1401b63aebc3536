/**
 * What must outlive builds, jobs and MLflow runs: a store of objects that are written once, and journals in it, whose
 * numbered, chained entries give several writers one order. The layout is specified in {@code docs/evidence.md}.
 */
package io.jenkins.plugins.mlops.core.evidence;
