/** Signatures over what is kept: keys in PEM files, and envelopes of the form DSSE. */
package io.jenkins.plugins.mlops.core.signature;
