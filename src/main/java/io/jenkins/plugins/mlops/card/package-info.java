/** What the cards of datasets say, and what of it this controller believes. */
package io.jenkins.plugins.mlops.card;
