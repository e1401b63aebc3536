package io.jenkins.plugins.mlops.core.dataset;

/**
 * How a directory is published.
 *
 * @param jobs files, or parts of a large one, read and sent at a time, 1 to 256
 * @param links what is done with symbolic links
 * @param groups which group a file is in, such as a recording
 * @param rehash whether files are read that look as they did when the directory was published before
 */
public record PublishOptions(int jobs, Links links, GroupRule groups, boolean rehash) {

    /** Eight files at a time, links refused. */
    public static final PublishOptions DEFAULT = new PublishOptions(8, Links.REFUSE, GroupRule.NONE, false);

    /** What is done with symbolic links. */
    public enum Links {
        /** The first one fails the publication. */
        REFUSE,
        /** What they point to is published in their place. */
        FOLLOW,
        /** They are left out. */
        SKIP
    }

    public PublishOptions {
        PullOptions.requireJobs(jobs);
    }

    public PublishOptions(int jobs, Links links) {
        this(jobs, links, GroupRule.NONE, false);
    }
}
