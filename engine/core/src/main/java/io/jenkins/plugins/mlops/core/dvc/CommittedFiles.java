package io.jenkins.plugins.mlops.core.dvc;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.errors.AmbiguousObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.RevisionSyntaxException;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;

/** As a commit has them, read from Git's objects: of a work tree or a bare clone, whatever is checked out. */
final class CommittedFiles implements RepositoryFiles {

    private final Repository repository;
    private final RevCommit commit;
    private final String place;
    private final String prefix;

    private CommittedFiles(Repository repository, RevCommit commit, String place, String prefix) {
        this.repository = repository;
        this.commit = commit;
        this.place = place;
        this.prefix = prefix;
    }

    /** @param revision anything that Git understands: a branch, a tag, a hash, {@code HEAD~2} */
    static CommittedFiles of(Path directory, String revision) throws IOException {
        FileRepositoryBuilder builder = new FileRepositoryBuilder()
                .findGitDir(directory.toAbsolutePath().toFile());
        if (builder.getGitDir() == null && new File(directory.toFile(), "objects").isDirectory()) {
            builder.setGitDir(directory.toFile());
        }
        if (builder.getGitDir() == null) {
            throw MlopsException.usage("There is no Git repository at " + directory + ", so there is no revision '"
                    + revision + "': name a local clone");
        }
        Repository repository = builder.setMustExist(true).build();
        boolean done = false;
        try {
            RevCommit commit = commit(repository, revision, directory);
            String url = SourceRevision.remote(repository);
            CommittedFiles files = new CommittedFiles(
                    repository, commit, url == null ? directory.toString() : url, prefix(repository, directory));
            done = true;
            return files;
        } finally {
            if (!done) {
                repository.close();
            }
        }
    }

    private static String prefix(Repository repository, Path directory) throws IOException {
        if (repository.isBare() || !Files.isDirectory(directory)) {
            return "";
        }
        Path tree = repository.getWorkTree().toPath().toRealPath();
        Path named = directory.toRealPath();
        return named.startsWith(tree) ? tree.relativize(named).toString().replace(File.separatorChar, '/') : "";
    }

    private static RevCommit commit(Repository repository, String revision, Path directory) throws IOException {
        try (RevWalk walk = new RevWalk(repository)) {
            ObjectId id = repository.resolve(revision);
            if (id == null) {
                throw MlopsException.usage("The repository " + directory + " has no revision '" + revision
                        + "': fetch it, or look for its name with 'git log'");
            }
            return walk.parseCommit(id);
        } catch (AmbiguousObjectException e) {
            throw MlopsException.usage(
                    "The revision '" + revision + "' is short for several objects: give more digits", e);
        } catch (RevisionSyntaxException | IncorrectObjectTypeException e) {
            throw MlopsException.usage("'" + revision + "' names no commit of the repository " + directory, e);
        } catch (MissingObjectException e) {
            throw MlopsException.usage(
                    "The clone " + directory + " does not have the commit " + revision
                            + ": it is shallow or partial; fetch that commit",
                    e);
        }
    }

    @Override
    public Optional<String> read(String path) throws IOException {
        try (TreeWalk walk = TreeWalk.forPath(repository, path, commit.getTree())) {
            if (walk == null || walk.getFileMode() == FileMode.TREE) {
                return Optional.empty();
            }
            if (walk.getFileMode() == FileMode.SYMLINK || walk.getFileMode() == FileMode.GITLINK) {
                throw DvcFormat.link(path);
            }
            ObjectLoader loader = repository.open(walk.getObjectId(0));
            if (loader.getSize() > MAX_BYTES) {
                throw DvcFormat.tooLong(path);
            }
            return Optional.of(new String(loader.getBytes(MAX_BYTES), StandardCharsets.UTF_8));
        }
    }

    @Override
    public List<String> dvcFiles() throws IOException {
        List<String> found = new ArrayList<>();
        try (TreeWalk walk = new TreeWalk(repository)) {
            walk.addTree(commit.getTree());
            walk.setRecursive(true);
            while (walk.next()) {
                if (DvcFormat.isDvcFile(walk.getNameString())) {
                    found.add(walk.getPathString());
                }
            }
        }
        return found;
    }

    @Override
    public String prefix() {
        return prefix;
    }

    @Override
    public String commit() {
        return commit.name();
    }

    @Override
    public String commit(String path) {
        return commit();
    }

    @Override
    public String place() {
        return place;
    }

    @Override
    public String address() {
        return place;
    }

    @Override
    public void close() {
        repository.close();
    }
}
