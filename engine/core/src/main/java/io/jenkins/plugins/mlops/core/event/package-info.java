/** What other servers tell of: merges, as Bitbucket Data Center and Bitbucket Cloud send them, whether it was they, and what it is about. */
package io.jenkins.plugins.mlops.core.event;
