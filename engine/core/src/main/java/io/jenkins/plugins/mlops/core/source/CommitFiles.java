package io.jenkins.plugins.mlops.core.source;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;

/** The commits of a local repository, as files. What its work tree holds now does not matter. Not thread-safe. */
public final class CommitFiles implements AutoCloseable {

    private final Repository repository;

    private CommitFiles(Repository repository) {
        this.repository = repository;
    }

    /** The repository that a directory lies in. @throws MlopsException of kind USAGE when it lies in none */
    public static CommitFiles of(Path directory) {
        FileRepositoryBuilder builder = new FileRepositoryBuilder()
                .findGitDir(directory.toAbsolutePath().toFile());
        File git = builder.getGitDir();
        if (git == null) {
            throw MlopsException.usage("The directory " + directory + " lies in no Git repository: name one");
        }
        try {
            return new CommitFiles(builder.setMustExist(true).build());
        } catch (IOException e) {
            throw MlopsException.failed("The Git repository " + git + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Where its files lie. @throws MlopsException of kind USAGE for a bare repository */
    public Path workTree() {
        if (repository.isBare()) {
            throw MlopsException.usage(
                    "The repository " + repository.getDirectory() + " has no work tree: name a clone that has one");
        }
        return repository.getWorkTree().toPath();
    }

    /** The commit that a branch, tag or hash names. @throws MlopsException of kind USAGE when it names none */
    public String commit(String revision) {
        try {
            ObjectId found = repository.resolve(revision + "^{commit}");
            if (found == null) {
                throw absent(revision);
            }
            return found.name();
        } catch (IOException | IllegalArgumentException e) {
            throw MlopsException.usage("'" + revision + "' names no commit of " + repository.getDirectory(), e);
        }
    }

    /**
     * Writes all files of a commit into a directory: content, execution bits and symbolic links, as Git has them. Filters (Git LFS,
     * line ends) are not applied.
     *
     * @param commit in full
     * @param into made by this; there must be nothing
     * @throws MlopsException of kind USAGE when the commit is not there, REFUSED when it has submodules
     */
    public SourceRevision export(String commit, Path into) {
        try (RevWalk commits = new RevWalk(repository);
                TreeWalk files = new TreeWalk(repository)) {
            RevCommit found = commits.parseCommit(ObjectId.fromString(commit));
            files.addTree(found.getTree());
            files.setRecursive(true);
            Files.createDirectories(into);
            while (files.next()) {
                write(commit, files, into.resolve(TreePath.check(files.getPathString())));
            }
            return new SourceRevision(commit, SourceRevision.remote(repository), List.of());
        } catch (MissingObjectException e) {
            throw absent(commit);
        } catch (IOException e) {
            throw MlopsException.failed(
                    "The commit " + commit + " cannot be written to " + into + ": " + e.getMessage(), e);
        }
    }

    private void write(String commit, TreeWalk files, Path file) throws IOException {
        FileMode mode = files.getFileMode(0);
        if (mode == FileMode.GITLINK) {
            throw MlopsException.refused("The commit " + commit + " has the submodule " + files.getPathString()
                    + ", whose files are in another repository: train in a clone of that commit ('mlops train')");
        }
        Files.createDirectories(Objects.requireNonNull(file.getParent(), "a file in a directory"));
        if (mode == FileMode.SYMLINK) {
            Files.createSymbolicLink(
                    file,
                    Path.of(new String(repository.open(files.getObjectId(0)).getBytes(), StandardCharsets.UTF_8)));
            return;
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            repository.open(files.getObjectId(0)).copyTo(out);
        }
        if (mode == FileMode.EXECUTABLE_FILE && !file.toFile().setExecutable(true)) {
            throw new IOException("it cannot be made executable: " + file);
        }
    }

    private MlopsException absent(String commit) {
        return MlopsException.usage("The commit " + commit + " is not in " + repository.getDirectory()
                + ": fetch it first ('git fetch'), or name the clone that has it");
    }

    @Override
    public void close() {
        repository.close();
    }
}
