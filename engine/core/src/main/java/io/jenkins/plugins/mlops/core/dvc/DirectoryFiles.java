package io.jenkins.plugins.mlops.core.dvc;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.source.SourceFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** As they lie in a directory now, changed or not. Links are not followed: they could lead out of it. */
final class DirectoryFiles implements RepositoryFiles {

    private final Path root;
    private final String prefix;

    private DirectoryFiles(Path root, Path named) {
        this.root = root;
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
        File git = new FileRepositoryBuilder().findGitDir(real.toFile()).getGitDir();
        Path above = git == null ? null : git.toPath().toAbsolutePath().getParent();
        return new DirectoryFiles(above != null && real.startsWith(above) ? above : real, real);
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

    @Override
    public String place() {
        return root.toString();
    }

    @Override
    public void close() {
        // nothing is open
    }
}
