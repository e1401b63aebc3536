package io.jenkins.plugins.mlops.core.bitbucket;

/** Which of the two products a server is: they share a name, but no API. */
public enum BitbucketKind {
    /** Run by its users; REST API 1.0. */
    DATA_CENTER,
    /** bitbucket.org; REST API 2.0. */
    CLOUD
}
