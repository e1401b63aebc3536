package io.jenkins.plugins.mlops.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import hudson.model.Computer;
import hudson.remoting.Channel;
import java.io.IOException;
import java.io.Serializable;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.FilePathUtils;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * The workspace of a step by names, so that it can be persisted, and found again when its agent has come back. Looking for it
 * costs no I/O.
 */
public final class AgentWorkspace implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String node;
    private final String directory;

    private AgentWorkspace(String node, String directory) {
        this.node = node;
        this.directory = directory;
    }

    /** The workspace in which a step starts; null outside of one. */
    @CheckForNull
    public static AgentWorkspace of(@NonNull StepContext context) throws IOException, InterruptedException {
        FilePath workspace = context.get(FilePath.class);
        return workspace == null
                ? null
                : new AgentWorkspace(FilePathUtils.getNodeName(workspace), workspace.getRemote());
    }

    /** The node's name; "" is the built-in node. */
    @NonNull
    public String node() {
        return node;
    }

    /** The path there. */
    @NonNull
    public String directory() {
        return directory;
    }

    /** The directory on a live connection; null while the agent is away. */
    @CheckForNull
    public FilePath connect() {
        FilePath found = FilePathUtils.find(node, directory);
        return found == null || isLost(found) ? null : found;
    }

    /** The node, while it is connected. */
    @CheckForNull
    public Computer computer() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null ? null : jenkins.getComputer(node);
    }

    /** Whether the connection is gone over which the directory was reached. */
    static boolean isLost(@NonNull FilePath directory) {
        return directory.getChannel() instanceof Channel channel && channel.isClosingOrClosed();
    }

    /** As people call the node. */
    @Override
    public String toString() {
        return node.isEmpty() ? "built-in node" : "agent " + node;
    }
}
