package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a user names a model whose lineage is asked for. */
public sealed interface ModelName {

    /** A version of a registered model: {@code NAME/VERSION}. */
    record OfVersion(String name, int version) implements ModelName {}

    /** The version that an alias points to: {@code NAME@ALIAS}. */
    record OfAlias(String name, String alias) implements ModelName {}

    /** A model's content id, or the digest of a record about it. */
    record OfDigest(Digest digest) implements ModelName {}

    /** A record's file. */
    record OfFile(Path file) implements ModelName {}

    /**
     * Reads {@code NAME/VERSION} and {@code NAME@ALIAS}, both also behind {@code models:/}, {@code sha256:<hex>}, 64 hex
     * digits, and the path of a file.
     *
     * @param directory what a relative path starts from
     * @throws MlopsException of kind USAGE for anything else
     */
    static ModelName parse(String text, Path directory) {
        if (Digest.isDigest(text)) {
            return new OfDigest(Digest.parse(text));
        }
        if (Digest.isDigest("sha256:" + text)) {
            return new OfDigest(new Digest(text));
        }
        Matcher registered = Forms.REGISTERED.matcher(text);
        if (registered.matches()) {
            return registered.group(3) == null
                    ? new OfVersion(registered.group(1), Integer.parseInt(registered.group(2)))
                    : new OfAlias(registered.group(1), registered.group(3));
        }
        if (Forms.isFile(text, directory)) {
            return new OfFile(directory.resolve(text).normalize());
        }
        throw MlopsException.usage("'" + text + "' names no model: NAME/VERSION, NAME@ALIAS, a digest"
                + " (sha256:...) or the file of a lineage record is wanted");
    }

    /** The forms of a name. */
    final class Forms {
        private static final Pattern REGISTERED =
                Pattern.compile("(?:models:/)?([^/@:]+)(?:/([1-9][0-9]{0,8})|@([^/@:]+))");

        private Forms() {}

        private static boolean isFile(String text, Path directory) {
            try {
                return Files.isRegularFile(directory.resolve(text));
            } catch (java.nio.file.InvalidPathException e) {
                return false;
            }
        }
    }
}
