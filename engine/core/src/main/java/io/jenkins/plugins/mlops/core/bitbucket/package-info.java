/**
 * Bitbucket Data Center and Bitbucket Cloud over their REST APIs: what a merge was, and how builds and gates report back to it.
 * {@link io.jenkins.plugins.mlops.core.bitbucket.Bitbucket} is what callers see; which product answers is a setting.
 */
package io.jenkins.plugins.mlops.core.bitbucket;
