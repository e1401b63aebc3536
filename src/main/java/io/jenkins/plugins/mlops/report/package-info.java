/**
 * Tells Bitbucket what became of a build: its status, its gates' reports, one comment on the pull request. A build that came from a
 * merge, or that says where it belongs, is noted ({@link io.jenkins.plugins.mlops.report.BuildReports}); what is to be sent waits in an
 * outbox until Bitbucket has it ({@link io.jenkins.plugins.mlops.report.Outbox}); what became of it stands with the build.
 */
package io.jenkins.plugins.mlops.report;
