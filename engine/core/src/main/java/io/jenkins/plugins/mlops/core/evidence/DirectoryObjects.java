package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Below a directory that all writers see, for one machine or a shared file system. An object is written aside, flushed to the disk and
 * then linked to its name, which succeeds for one writer alone.
 */
public final class DirectoryObjects implements WriteOnce {

    private final Path root;

    public DirectoryObjects(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public boolean add(String name, byte[] bytes) {
        Path file = file(name);
        Path unfinished = root.resolve(".tmp");
        Path aside = unfinished.resolve(UUID.randomUUID().toString());
        try {
            Files.createDirectories(file.resolveSibling("."));
            Files.createDirectories(unfinished);
            try {
                write(aside, bytes);
                Files.createLink(file, aside);
                return true;
            } finally {
                Files.deleteIfExists(aside);
            }
        } catch (FileAlreadyExistsException e) {
            return read(name).filter(there -> Arrays.equals(there, bytes)).isPresent();
        } catch (IOException | UnsupportedOperationException e) {
            throw MlopsException.failed(
                    file + " cannot be written (" + e
                            + "): check the directory, its free space, and that it can have links",
                    e);
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    @Override
    public Optional<byte[]> read(String name) {
        Path file = file(name);
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw MlopsException.failed(file + " cannot be read (" + e + "): check the directory", e);
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.isRegularFile(file(name));
    }

    @Override
    public List<String> names(String prefix, String after, int limit) {
        return below(prefix, after).stream().limit(limit).toList();
    }

    @Override
    public void each(String prefix, Consumer<String> visitor) {
        below(prefix, "").forEach(visitor);
    }

    private SortedSet<String> below(String prefix, String after) {
        SortedSet<String> found = new TreeSet<>();
        collect(root.resolve(prefix.substring(0, prefix.lastIndexOf('/') + 1)), prefix, after, found);
        return found;
    }

    /** Looks closer only at what can come after the given name: a journal's directory is listed often, and is long. */
    private void collect(Path directory, String prefix, String after, SortedSet<String> found) {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                String name = root.relativize(child).toString().replace('\\', '/');
                String inside = name + "/";
                boolean mayHoldMore = inside.compareTo(after) > 0 || after.startsWith(inside);
                if (name.startsWith(".") || name.compareTo(after) <= 0 && !mayHoldMore) {
                    continue;
                }
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    if (inside.startsWith(prefix) || prefix.startsWith(inside)) {
                        collect(child, prefix, after, found);
                    }
                } else if (name.startsWith(prefix) && name.compareTo(after) > 0 && Files.isRegularFile(child)) {
                    found.add(name);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return; // nothing was ever added there
        } catch (DirectoryIteratorException | IOException e) {
            throw MlopsException.failed(directory + " cannot be listed (" + e + "): check the directory", e);
        }
    }

    @Override
    public String location() {
        return root.toString();
    }

    private Path file(String name) {
        Path file = root.resolve(name).normalize();
        if (!file.startsWith(root) || file.equals(root)) {
            throw new IllegalArgumentException("no name of an object: " + name);
        }
        return file;
    }
}
