/** Builds from what other servers tell of: the endpoint for their events, and the trigger that builds exactly what was merged. */
package io.jenkins.plugins.mlops.event;
