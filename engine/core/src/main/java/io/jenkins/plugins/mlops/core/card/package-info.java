/** Dataset cards: who owns a dataset version, under which licence, and whether it is anonymised; {@code docs/dataset-cards.md}. */
package io.jenkins.plugins.mlops.core.card;
