package io.jenkins.plugins.mlops.core.bitbucket;

import java.util.List;

/**
 * Which files a change touches.
 *
 * @param paths in the server's order; a file that was moved is there with both of its names
 * @param complete whether these are all: false when there are more than were asked for
 */
public record ChangedFiles(List<String> paths, boolean complete) {
    public ChangedFiles {
        paths = List.copyOf(paths);
    }
}
