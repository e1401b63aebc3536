package io.jenkins.plugins.mlops.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A build that Bitbucket was told of, and whose end it has not been told yet.
 *
 * @param build its externalizable id
 * @param sender as which it reports, see {@link ReportTexts#sender}; kept, since a build that is gone has no job
 * @param name of the build, for people
 * @param url of the build
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record OpenReport(String build, String sender, String name, String url, ReportTarget target) {}
