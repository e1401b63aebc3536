/**
 * Data that may no longer be used: a list in the evidence store of what was withdrawn, why and by whom, and the question whether a
 * dataset or model has anything of it in it. Specified in {@code docs/withdrawal.md}.
 */
package io.jenkins.plugins.mlops.core.withdrawal;
