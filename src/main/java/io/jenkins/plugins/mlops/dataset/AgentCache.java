package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.FilePath;
import hudson.model.Computer;
import hudson.model.Node;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.ControllerDirectory;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;

/**
 * Where a node keeps what was downloaded, for all builds: the directory that its variable {@code MLOPS_CACHE_DIR} names, else
 * {@code caches/mlops} below its root directory, on the disk of its workspaces, so that files can be linked.
 */
public final class AgentCache {

    private static final String VARIABLE = "MLOPS_CACHE_DIR";
    private static final String DEFAULT = "caches/mlops";

    private AgentCache() {}

    /**
     * The directory's path on the node. A variable of the node's configuration wins over one of the agent's process.
     *
     * @param computer null when it was lost meanwhile
     */
    static String directory(@CheckForNull Computer computer) throws IOException, InterruptedException {
        Node node = computer == null ? null : computer.getNode();
        FilePath root = node == null ? null : node.getRootPath();
        if (root == null) {
            throw new ClosedChannelException();
        }
        String configured = computer.buildEnvironment(TaskListener.NULL).get(VARIABLE);
        String set = configured == null ? computer.getEnvironment().get(VARIABLE) : configured;
        return set == null || set.isBlank() ? root.child(DEFAULT).getRemote() : set;
    }

    /** The directory of the controller itself. */
    public static Path ofController() {
        return ControllerDirectory.part("cache");
    }
}
