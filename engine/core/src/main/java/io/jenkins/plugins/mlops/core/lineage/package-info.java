/**
 * The record that ties a model to its commit, datasets, environment, parents, metrics and to who let it through: in-toto
 * statements about a model's files, an append-only store of them and the index for the reverse questions. The formats are
 * specified in {@code docs/lineage.md}.
 */
package io.jenkins.plugins.mlops.core.lineage;
