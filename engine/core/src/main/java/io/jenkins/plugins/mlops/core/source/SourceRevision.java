package io.jenkins.plugins.mlops.core.source;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.Status;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.errors.NoWorkTreeException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/**
 * Which code a directory holds, as Git has it.
 *
 * @param commit 40 lower-case hex digits
 * @param repository where the commit can be had: the URL of {@code origin}, else of the only remote, without user and
 *     password; null when there is none
 * @param changes paths, from the repository's root, that differ from the commit: changed, added, deleted, or neither tracked
 *     nor ignored. What lies below a {@code .mlops} directory is this product's own and does not count
 */
public record SourceRevision(String commit, String repository, List<String> changes) {

    private static final String OWN_DIRECTORY = ".mlops";

    public SourceRevision {
        changes = List.copyOf(changes);
    }

    /** Whether the directory holds something else than the commit. */
    @JsonIgnore
    public boolean isDirty() {
        return !changes.isEmpty();
    }

    /**
     * Reads the repository that the directory lies in; empty when it lies in none, or in one without a commit.
     *
     * @throws MlopsException of kind FAILED when there is a repository that cannot be read
     */
    public static Optional<SourceRevision> of(Path directory) {
        return of(directory, null, List.of());
    }

    /**
     * As {@link #of(Path)}.
     *
     * @param boundary the repository lies in this directory, which is around the other, or does not count; null for no bounds
     * @param noCode files and directories that are not part of the code, such as datasets that were pulled into the work tree;
     *     what Git does not track in them does not count as a change
     */
    public static Optional<SourceRevision> of(Path directory, Path boundary, Collection<Path> noCode) {
        FileRepositoryBuilder builder = new FileRepositoryBuilder();
        Path outside = boundary == null ? null : boundary.toAbsolutePath().getParent();
        if (outside != null) {
            builder.addCeilingDirectory(outside.toFile());
        }
        builder.findGitDir(directory.toAbsolutePath().toFile());
        File gitDirectory = builder.getGitDir();
        if (gitDirectory == null) {
            return Optional.empty();
        }
        try (Repository repository = builder.setMustExist(true).build();
                Git git = new Git(repository)) {
            ObjectId head = repository.resolve(Constants.HEAD);
            return head == null
                    ? Optional.empty()
                    : Optional.of(new SourceRevision(head.name(), remote(repository), changes(git, noCode)));
        } catch (IOException | GitAPIException | NoWorkTreeException e) {
            throw MlopsException.failed(
                    "The Git repository " + gitDirectory + " cannot be read: " + e.getMessage() + "; 'git status' in "
                            + directory + " says more",
                    e);
        }
    }

    /** Where the repository's commits can be had: the URL of {@code origin}, else of the only remote, without password; null for none. */
    public static String remote(Repository repository) {
        Set<String> names = repository.getRemoteNames();
        String name = names.contains(Constants.DEFAULT_REMOTE_NAME)
                ? Constants.DEFAULT_REMOTE_NAME
                : names.size() == 1 ? names.iterator().next() : null;
        String url = name == null ? null : repository.getConfig().getString("remote", name, "url");
        return url == null ? null : RemoteUrl.withoutSecrets(url);
    }

    private static List<String> changes(Git git, Collection<Path> noCode) throws GitAPIException {
        Path root = git.getRepository().getWorkTree().toPath();
        Status status = git.status().call();
        Set<String> paths = new TreeSet<>(status.getUntracked());
        paths.removeIf(path -> noCode.stream().anyMatch(root.resolve(path)::startsWith));
        paths.addAll(status.getUncommittedChanges());
        paths.removeIf(path -> List.of(path.split("/")).contains(OWN_DIRECTORY));
        return List.copyOf(paths);
    }
}
