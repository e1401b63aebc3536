package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file that a gate is given: UTF-8 text, and the name by which people know it, which reports and errors say. It may have come
 * from another machine. Immutable.
 */
public final class InputFile {

    /** A file of rules or metrics has at most so many bytes. */
    public static final long MAX_BYTES = 64L * 1024 * 1024;

    private final String name;
    private final String text;
    private final Digest digest;
    private final NeighbourFiles neighbours;

    private InputFile(String name, String text, Digest digest, NeighbourFiles neighbours) {
        this.neighbours = neighbours;
        this.name = name;
        this.text = text;
        this.digest = digest;
    }

    /**
     * A file whose bytes were read elsewhere, without its neighbours.
     *
     * @throws MlopsException of kind USAGE when they are too many or no UTF-8 text
     */
    public static InputFile of(String name, byte[] bytes) {
        return of(name, bytes, neighbour -> {
            throw new IOException("only " + name + " itself was handed over");
        });
    }

    /**
     * A file whose bytes were read elsewhere.
     *
     * @param neighbours opens the files beside it that it names, such as per-sample results
     * @throws MlopsException of kind USAGE when they are too many or no UTF-8 text
     */
    public static InputFile of(String name, byte[] bytes, NeighbourFiles neighbours) {
        checkSize(name, bytes.length);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new InputFile(name, text, Digest.of(bytes), neighbours);
        } catch (CharacterCodingException e) {
            throw MlopsException.usage("The file " + name + " is no UTF-8 text", e);
        }
    }

    /**
     * Reads a file of this machine.
     *
     * @throws MlopsException of kind USAGE when it is absent, too large or no UTF-8 text
     */
    public static InputFile read(Path file, String name) {
        return read(file, name, neighbour -> Files.newInputStream(file.resolveSibling(neighbour)));
    }

    /** As {@link #read(Path, String)}, for a copy whose neighbours are elsewhere. */
    public static InputFile read(Path file, String name, NeighbourFiles neighbours) {
        try {
            checkSize(name, Files.size(file));
            return of(name, Files.readAllBytes(file), neighbours);
        } catch (NoSuchFileException e) {
            throw absent(name);
        } catch (IOException e) {
            throw MlopsException.usage("The file " + name + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** What to throw when there is no such file. */
    public static MlopsException absent(String name) {
        return MlopsException.usage("The file " + name + " does not exist");
    }

    /** @throws MlopsException of kind USAGE when a file of this size is not read */
    public static void checkSize(String name, long bytes) {
        if (bytes > MAX_BYTES) {
            throw MlopsException.usage("The file " + name + " has " + bytes + " bytes, and at most " + MAX_BYTES
                    + " are read: keep per-sample results in a file of their own");
        }
    }

    public String name() {
        return name;
    }

    String text() {
        return text;
    }

    NeighbourFiles neighbours() {
        return neighbours;
    }

    /** Of the file's bytes. */
    Digest digest() {
        return digest;
    }
}
