package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** A digest as people give it: {@code sha256:HEX}, {@code HEX}, or for a file the path of a copy. */
public record DigestArgument(String text) {

    /** The digest that is written out; empty when the text is none. */
    public Optional<Digest> digest() {
        if (Digest.isDigest(text)) {
            return Optional.of(Digest.parse(text));
        }
        return Digest.isDigest("sha256:" + text) ? Optional.of(new Digest(text)) : Optional.empty();
    }

    /** The digest of a file. @throws MlopsException of kind USAGE when the text names none */
    public Digest ofFile(Host host) {
        return digest().orElseGet(() -> {
            try {
                Path file = host.resolve(Path.of(text));
                if (Files.isRegularFile(file)) {
                    return Digest.of(file);
                }
            } catch (InvalidPathException e) {
                throw notOne(e);
            } catch (IOException e) {
                throw MlopsException.usage("The file " + text + " cannot be read: " + e.getMessage(), e);
            }
            throw notOne(null);
        });
    }

    private MlopsException notOne(Exception cause) {
        return MlopsException.usage(
                "'" + text + "' is neither a digest (sha256: and 64 hex digits) nor the path of a file", cause);
    }
}
