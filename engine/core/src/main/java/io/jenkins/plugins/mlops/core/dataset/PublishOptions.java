package io.jenkins.plugins.mlops.core.dataset;

/**
 * How a directory is published.
 *
 * @param jobs files, or parts of a large one, read and sent at a time, 1 to 256
 * @param links what is done with symbolic links
 * @param groups which group a file is in, such as a recording
 * @param rehash whether files are read that look as they did when the directory was published before
 * @param repair whether the bytes of files that the store has already are read, and sent anew when they are others
 */
public record PublishOptions(int jobs, Links links, GroupRule groups, boolean rehash, boolean repair) {

    /** Eight files at a time, links refused. */
    public static final PublishOptions DEFAULT = new PublishOptions(8, Links.REFUSE);

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
        this(jobs, links, GroupRule.NONE, false, false);
    }
}
