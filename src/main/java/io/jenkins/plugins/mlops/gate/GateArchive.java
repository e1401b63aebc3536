package io.jenkins.plugins.mlops.gate;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.ControllerDirectory;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.GateEvidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The {@code gate.json} of every gate, by its digest, in {@code mlops/gates} of the controller's home: what a promotion rests on.
 * Only gates of this controller write to it, so no workspace and no agent can put a report there; it outlives the builds.
 */
public final class GateArchive {

    private GateArchive() {}

    /** Keeps a report; keeping it again changes nothing. */
    static Digest keep(byte[] report) throws IOException {
        Digest digest = Digest.of(report);
        Path file = file(digest);
        if (!Files.exists(file)) {
            Documents.writeAtomically(file, report);
        }
        return digest;
    }

    /**
     * What a kept report says.
     *
     * @throws MlopsException of kind USAGE when no gate of this controller made it, FAILED when its file was changed
     */
    @NonNull
    public static GateEvidence evidence(@NonNull Digest digest) {
        byte[] report;
        try {
            report = Files.readAllBytes(file(digest));
        } catch (NoSuchFileException e) {
            throw MlopsException.usage(
                    "No gate of this Jenkins made the report " + digest
                            + ": give what evaluationGate returned, or its digest",
                    e);
        } catch (IOException e) {
            throw MlopsException.failed("The gate report " + digest + " cannot be read: " + e, e);
        }
        if (!Digest.of(report).equals(digest)) {
            throw MlopsException.failed(
                    "The gate report " + digest + " was changed after the gate had made it: run the gate again");
        }
        return GateEvidence.parse(report, "The gate report " + digest);
    }

    private static Path file(Digest digest) {
        return ControllerDirectory.part("gates").resolve(digest.hex() + ".json");
    }
}
