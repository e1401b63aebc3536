/** Who moved an alias, or decided about it, and what came of it: written down for good, refusals too. */
package io.jenkins.plugins.mlops.audit;
