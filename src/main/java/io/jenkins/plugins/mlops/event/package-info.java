/**
 * Builds from what other servers tell of: the endpoint for their events, and the triggers that build exactly what was merged or published.
 */
package io.jenkins.plugins.mlops.event;
