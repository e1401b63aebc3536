package io.jenkins.plugins.mlops.core.bitbucket;

/**
 * A person as Bitbucket knows them.
 *
 * @param id Data Center: the user name; Cloud: the account id, which stays when names change; "" when it is not told
 * @param name for people
 * @param approved whether they approved the pull request; of no meaning for its author
 */
public record BitbucketUser(String id, String name, boolean approved) {}
