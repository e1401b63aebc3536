/** Has builds check out exactly the commit that they are about. */
package io.jenkins.plugins.mlops.checkout;
