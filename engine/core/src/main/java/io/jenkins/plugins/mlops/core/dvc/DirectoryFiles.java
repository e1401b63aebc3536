package io.jenkins.plugins.mlops.core.dvc;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.source.SourceFiles;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.JGitInternalException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;

/** As they lie in a directory now, changed or not. Links are not followed: they could lead out of it. */
final class DirectoryFiles implements RepositoryFiles {

    private final Path root;
    private final String prefix;
    /** Null without Git, and where it cannot be read: the files are all that is needed. */
    private final Repository git;

    private DirectoryFiles(Path root, Path named, Repository git) {
        this.root = root;
        this.git = git;
        this.prefix = root.relativize(named).toString().replace(File.separatorChar, '/');
    }

    /** @param directory in a work tree of Git, or without Git the root itself */
    static DirectoryFiles around(Path directory) throws IOException {
        Path real;
        try {
            real = directory.toRealPath();
        } catch (IOException e) {
            throw MlopsException.usage("The repository " + directory + " does not exist", e);
        }
        FileRepositoryBuilder builder = new FileRepositoryBuilder().findGitDir(real.toFile());
        File git = builder.getGitDir();
        if (git == null) {
            return new DirectoryFiles(real, real, null);
        }
        Path above = git.toPath().toAbsolutePath().getParent();
        return new DirectoryFiles(real.startsWith(above) ? above : real, real, opened(builder));
    }

    private static Repository opened(FileRepositoryBuilder builder) {
        try {
            return builder.build();
        } catch (IOException | IllegalArgumentException e) {
            return null; // of a kind or in a state that JGit does not know
        }
    }

    @Override
    public Optional<String> read(String path) throws IOException {
        Path file = root;
        for (String segment : path.split("/", -1)) {
            file = file.resolve(segment);
            if (Files.isSymbolicLink(file)) {
                throw DvcFormat.link(path);
            }
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (Files.size(file) > MAX_BYTES) {
            throw DvcFormat.tooLong(path);
        }
        return Optional.of(Files.readString(file));
    }

    @Override
    public List<String> dvcFiles() throws IOException {
        return SourceFiles.below(root).stream()
                .map(path -> path.toString().replace(File.separatorChar, '/'))
                .filter(path -> DvcFormat.isDvcFile(path.substring(path.lastIndexOf('/') + 1)))
                .toList();
    }

    @Override
    public String prefix() {
        return prefix;
    }

    @Override
    public String commit() {
        return null;
    }

    /** Looked at alone, so that what else differs in a work tree, such as what a build has left there, does not count. */
    @Override
    public String commit(String path) {
        if (git == null || git.isBare()) {
            return null;
        }
        try {
            ObjectId head = git.resolve(Constants.HEAD);
            Path tree = git.getWorkTree().toPath().toRealPath();
            String tracked = tree.relativize(root.resolve(path)).toString().replace(File.separatorChar, '/');
            return head != null && has(head, tracked) && isUnchanged(tracked) ? head.name() : null;
        } catch (IOException | GitAPIException | JGitInternalException e) {
            return null; // a damaged clone, which takes nothing from the files
        }
    }

    private boolean has(ObjectId head, String tracked) throws IOException {
        try (RevWalk walk = new RevWalk(git);
                TreeWalk there = TreeWalk.forPath(git, tracked, walk.parseTree(head))) {
            return there != null;
        }
    }

    private boolean isUnchanged(String tracked) throws GitAPIException {
        return Git.wrap(git).status().addPath(tracked).call().isClean();
    }

    @Override
    public String place() {
        return root.toString();
    }

    @Override
    public String address() {
        String remote = git == null ? null : SourceRevision.remote(git);
        return remote == null ? place() : remote;
    }

    @Override
    public void close() {
        if (git != null) {
            git.close();
        }
    }
}
