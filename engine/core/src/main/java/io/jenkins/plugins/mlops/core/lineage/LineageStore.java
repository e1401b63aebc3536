package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A directory of lineage records: {@code records/<hex of the SHA-256>.json}, append-only. Several processes and threads may
 * use it at once.
 */
public final class LineageStore {

    private final Path directory;

    private LineageStore(Path directory) {
        this.directory = directory;
    }

    /** The store in the given directory, which is made when something is first kept. */
    public static LineageStore open(Path directory) {
        return new LineageStore(directory.toAbsolutePath().normalize());
    }

    public Path directory() {
        return directory;
    }

    /** Keeps a statement; keeping it again changes nothing. Returns the record's digest. */
    public Digest append(Statement statement) {
        byte[] bytes = statement.toBytes();
        Digest digest = Digest.of(bytes);
        Path record = directory.resolve("records").resolve(digest.hex() + ".json");
        try {
            if (!Files.exists(record)) {
                Documents.writeAtomically(record, new String(bytes, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw MlopsException.failed("The lineage record " + record + " cannot be written: " + e.getMessage(), e);
        }
        return digest;
    }

    /** The models that came from what is asked for: direct ones first, then inherited ones by the length of the path. */
    public List<LineageMatch> find(LineageQuery query) {
        throw new UnsupportedOperationException("find " + query);
    }

    /** Everything known of a model; without records when nothing is. */
    public Dossier dossier(Digest model) {
        throw new UnsupportedOperationException("dossier " + model);
    }
}
