package io.jenkins.plugins.mlops.core.source;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jgit.dircache.DirCacheIterator;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.WorkingTreeIterator;
import org.eclipse.jgit.treewalk.filter.PathFilter;

/** Which files of a directory are source: those that Git tracks, and those that it neither tracks nor ignores. */
public final class SourceFiles {

    private static final Set<String> NEVER = Set.of(".git", ".mlops");

    private SourceFiles() {}

    /**
     * The regular files that there are now, relative to the directory, in order; outside of a Git repository all of them.
     *
     * @throws MlopsException of kind USAGE when there are none
     */
    public static List<Path> below(Path directory) throws IOException {
        return below(directory, null);
    }

    /**
     * As the other.
     *
     * @param boundary a repository lies in this directory, which is around the other, or does not count; null for no bounds
     */
    public static List<Path> below(Path directory, Path boundary) throws IOException {
        Path root = directory.toRealPath();
        FileRepositoryBuilder builder = new FileRepositoryBuilder();
        Path outside = boundary == null ? null : boundary.toRealPath().getParent();
        if (outside != null) {
            builder.addCeilingDirectory(outside.toFile());
        }
        builder.findGitDir(root.toFile());
        File git = builder.getGitDir();
        Set<Path> found;
        if (git == null) {
            found = everything(root);
        } else {
            try (Repository repository = builder.setMustExist(true).build()) {
                found = repository.isBare() ? everything(root) : known(repository, root);
            }
        }
        if (found.isEmpty()) {
            throw MlopsException.usage("The directory " + directory
                    + " has no file that Git does not ignore: there is no code to bring to the cluster");
        }
        return List.copyOf(found);
    }

    /** The regular files of a directory that is source as a whole, wherever it lies; as {@link #below}. */
    public static List<Path> all(Path directory) throws IOException {
        Set<Path> found = everything(directory.toRealPath());
        if (found.isEmpty()) {
            throw MlopsException.usage("The directory " + directory + " has no files");
        }
        return List.copyOf(found);
    }

    private static Set<Path> known(Repository repository, Path root) throws IOException {
        Path tree = repository.getWorkTree().toPath().toRealPath();
        Set<Path> found = new TreeSet<>();
        try (TreeWalk walk = new TreeWalk(repository)) {
            int files = walk.addTree(new FileTreeIterator(repository));
            int tracked = walk.addTree(new DirCacheIterator(repository.readDirCache()));
            String prefix = tree.relativize(root).toString().replace(File.separatorChar, '/');
            if (!prefix.isEmpty()) {
                walk.setFilter(PathFilter.create(prefix));
            }
            while (walk.next()) {
                WorkingTreeIterator file = walk.getTree(files, WorkingTreeIterator.class);
                boolean inIndex = walk.getTree(tracked, DirCacheIterator.class) != null;
                if (file == null || NEVER.contains(walk.getNameString())) {
                    continue;
                }
                if (walk.isSubtree()) {
                    if (inIndex || !file.isEntryIgnored()) {
                        walk.enterSubtree();
                    }
                } else if (inIndex || !file.isEntryIgnored()) {
                    add(found, root, tree.resolve(walk.getPathString()));
                }
            }
        }
        return found;
    }

    private static void add(Set<Path> found, Path root, Path file) {
        if (file.startsWith(root) && Files.isRegularFile(file)) {
            found.add(root.relativize(file));
        }
    }

    private static Set<Path> everything(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return !directory.equals(root) && NEVER.contains(String.valueOf(directory.getFileName()))
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    files.add(root.relativize(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return new TreeSet<>(files);
    }
}
