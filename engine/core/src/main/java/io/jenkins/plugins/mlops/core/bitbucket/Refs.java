package io.jenkins.plugins.mlops.core.bitbucket;

/** Names of branches. */
final class Refs {

    private static final String HEADS = "refs/heads/";

    private Refs() {}

    /** Without {@code refs/heads/}. */
    static String branch(String ref) {
        return ref.startsWith(HEADS) ? ref.substring(HEADS.length()) : ref;
    }
}
