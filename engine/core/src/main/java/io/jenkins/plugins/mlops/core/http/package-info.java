/** What the clients of HTTP servers share: answers that pass, exchanges that can be interrupted, failures in words. */
package io.jenkins.plugins.mlops.core.http;
