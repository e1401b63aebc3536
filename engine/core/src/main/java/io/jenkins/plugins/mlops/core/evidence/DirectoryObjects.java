package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

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
        return walk(
                prefix,
                names -> names.filter(name -> name.compareTo(after) > 0)
                        .sorted()
                        .limit(limit)
                        .toList());
    }

    @Override
    public void each(String prefix, Consumer<String> visitor) {
        walk(prefix, names -> names.sorted().toList()).forEach(visitor);
    }

    private List<String> walk(String prefix, Function<Stream<String>, List<String>> choice) {
        Path start = root.resolve(prefix.substring(0, prefix.lastIndexOf('/') + 1));
        if (!Files.isDirectory(start)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(start)) {
            return choice.apply(files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> !name.startsWith(".") && name.startsWith(prefix)));
        } catch (IOException e) {
            throw MlopsException.failed(start + " cannot be listed (" + e + "): check the directory", e);
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
