package io.jenkins.plugins.mlops.cache;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.Util;
import hudson.model.Computer;
import hudson.model.Node;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.ControllerDirectory;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.progress.ByteSize;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a node keeps what was downloaded, for all builds, and how much of it. A variable of the node's configuration wins over one of the
 * agent's process, and that over Jenkins' configuration. By itself the cache is {@code caches/mlops} below the node's root directory, on
 * the disk of its workspaces, so that files can be linked. Immutable; sent to the node.
 */
public final class AgentCache implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final String DIRECTORY = "MLOPS_CACHE_DIR";
    private static final String LAYERS = "MLOPS_CACHE_LAYERS";
    private static final String LIMIT = "MLOPS_CACHE_MAX_BYTES";
    private static final String DEFAULT = "caches/mlops";

    private final String directory;
    private final String limit;
    private final String layers;
    private final ArrayList<String> defaultLayers;

    private AgentCache(String directory, String limit, String layers, List<String> defaultLayers) {
        this.directory = directory;
        this.limit = limit;
        this.layers = layers;
        this.defaultLayers = new ArrayList<>(defaultLayers);
    }

    /**
     * The cache of a node.
     *
     * @param computer null when it was lost meanwhile
     * @throws ClosedChannelException when it is lost
     */
    @NonNull
    public static AgentCache of(@CheckForNull Computer computer) throws IOException, InterruptedException {
        Node node = computer == null ? null : computer.getNode();
        FilePath root = node == null ? null : node.getRootPath();
        if (root == null) {
            throw new ClosedChannelException();
        }
        EnvVars configured = computer.buildEnvironment(TaskListener.NULL);
        EnvVars process = computer.getEnvironment();
        MlopsConfiguration defaults = MlopsConfiguration.get();
        String set = variable(DIRECTORY, configured, process);
        String limit = variable(LIMIT, configured, process);
        return new AgentCache(
                set == null ? root.child(DEFAULT).getRemote() : set,
                limit == null ? defaults.getCacheLimit() : limit,
                variable(LAYERS, configured, process),
                defaults.getCacheLayers());
    }

    @CheckForNull
    private static String variable(String name, EnvVars configured, EnvVars process) {
        return Util.fixEmptyAndTrim(configured.containsKey(name) ? configured.get(name) : process.get(name));
    }

    /** The directory's path on the node. */
    @NonNull
    public String directory() {
        return directory;
    }

    /**
     * Opens the cache, on the node.
     *
     * @throws MlopsException of kind USAGE when the limit is no size
     */
    @NonNull
    public DatasetCache open() {
        Stream<String> lower = layers == null
                ? defaultLayers.stream()
                : Stream.of(layers.split(Pattern.quote(File.pathSeparator))).filter(layer -> !layer.isBlank());
        return DatasetCache.at(Path.of(directory))
                .over(lower.map(Path::of).toList())
                .limitedTo(limit == null ? null : Long.valueOf(ByteSize.parse(limit)));
    }

    /** The directory of the controller itself. */
    @NonNull
    public static Path ofController() {
        return ControllerDirectory.part("cache");
    }
}
