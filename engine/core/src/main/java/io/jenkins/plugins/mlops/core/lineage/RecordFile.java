package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A record as it was read: its bytes, what they state, and, where this product knows the form, the predicate.
 *
 * @param digest of the bytes
 */
record RecordFile(Digest digest, Statement statement, Optional<Predicate> predicate) {

    /** More than this is no record; a model of 100,000 files has one of about 20 MB. */
    static final int MAX_BYTES = 256 * 1024 * 1024;

    /**
     * Reads a record file.
     *
     * @throws MlopsException of kind USAGE when it is no record
     */
    static RecordFile read(Path file) {
        return parse(bytes(file), file.toString());
    }

    static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw MlopsException.usage(file + " is no lineage record: it is larger than any");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw MlopsException.usage("The lineage record " + file + " cannot be read: " + e, e);
        }
    }

    static RecordFile parse(byte[] bytes, String origin) {
        Statement statement = Statement.parse(bytes, origin);
        try {
            return new RecordFile(Digest.of(bytes), statement, Predicate.of(statement));
        } catch (MlopsException e) {
            throw MlopsException.usage(origin + ": " + e.getMessage(), e);
        }
    }

    /** Reads the record of that name from a store, refusing one whose bytes are others. */
    static RecordFile read(StoreFiles records, Digest name) {
        Path file = records.file(name);
        return parse(bytes(file), file.toString()).named(name, file);
    }

    /** @throws MlopsException of kind USAGE when the bytes are others than those of the name that the file bears */
    RecordFile named(Digest name, Path file) {
        if (!digest.equals(name)) {
            throw MlopsException.usage(file + " is damaged: its bytes have the digest " + digest);
        }
        return this;
    }
}
