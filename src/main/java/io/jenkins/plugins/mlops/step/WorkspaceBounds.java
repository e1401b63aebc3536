package io.jenkins.plugins.mlops.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.FilePath;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * What a step writes or publishes lies in the directory that it works in, or in the build's workspace around that: a path that a
 * pipeline names leads nowhere else, be it by {@code ..} or by a link that the branch has brought. This guards against files of a branch and
 * slips of the pen, not against the pipeline, which may run commands as the agent's user anyway. Immutable; sent to the agent.
 */
public final class WorkspaceBounds implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String workspace;

    /** @param workspace of the build, on the agent */
    public WorkspaceBounds(@NonNull String workspace) {
        this.workspace = workspace;
    }

    /** @param directory that the step works in */
    @NonNull
    public static WorkspaceBounds of(@NonNull StepContext context, @NonNull FilePath directory)
            throws IOException, InterruptedException {
        EnvVars variables = context.get(EnvVars.class);
        return new WorkspaceBounds(
                variables == null ? directory.getRemote() : variables.get("WORKSPACE", directory.getRemote()));
    }

    /**
     * The path that is meant, on the agent: what is asked of it later has to be asked of this path, not of what the pipeline says.
     *
     * @param directory that the step works in
     * @param named from there on
     * @param parameter of the step, for errors
     * @throws MlopsException of kind USAGE when it is elsewhere, or no path
     */
    @NonNull
    public Path within(@NonNull Path directory, @NonNull String named, @NonNull String parameter) throws IOException {
        Path path;
        try {
            path = directory.resolve(named).normalize();
        } catch (InvalidPathException e) {
            throw MlopsException.usage(parameter + ": '" + e.getInput() + "' is no path: " + e.getReason(), e);
        }
        Path around = Path.of(workspace);
        Path bounds = directory.startsWith(around) ? around : directory;
        if (!real(path, named, parameter).startsWith(real(bounds, named, parameter))) {
            throw MlopsException.usage(parameter + ": " + named + " is outside of the workspace " + bounds
                    + ": name a place in it, or work in another directory with the step dir");
        }
        return path;
    }

    /** Where it is once links are followed, as far as it exists. */
    private static Path real(Path path, String named, String parameter) throws IOException {
        Path existing = path;
        Path parent = existing.getParent();
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS) && parent != null) {
            existing = parent;
            parent = existing.getParent();
        }
        if (!Files.exists(existing)) {
            throw MlopsException.usage(
                    parameter + ": " + named + " leads to " + existing + ", which is a link to nothing: remove it");
        }
        return existing.toRealPath().resolve(existing.relativize(path));
    }

    /**
     * As {@link #within(Path, String, String)}, asked of the agent.
     *
     * @param directory that the step works in
     */
    @NonNull
    public FilePath within(@NonNull FilePath directory, @NonNull String named, @NonNull String parameter)
            throws IOException, InterruptedException {
        return directory.child(directory.act(new Looking(this, named, parameter)));
    }

    private static final class Looking extends AgentTask<String> {

        private static final long serialVersionUID = 1L;

        private final WorkspaceBounds bounds;
        private final String named;
        private final String parameter;

        Looking(WorkspaceBounds bounds, String named, String parameter) {
            this.bounds = bounds;
            this.named = named;
            this.parameter = parameter;
        }

        @Override
        protected String run(Path directory) throws IOException {
            return bounds.within(directory, named, parameter).toString();
        }
    }
}
