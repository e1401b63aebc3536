package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.RecordReceiver;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Hands the records of a lineage store to an evidence store, with the manifests of the datasets that they speak of. Thread-safe.
 */
public final class EvidenceReceiver implements RecordReceiver {

    /** Names it in the outbox. */
    public static final String NAME = "evidence";
    /** No manifest is sent that takes a larger part of the memory. */
    private static final int PART_OF_HEAP = 8;

    private final EvidenceStore evidence;
    private final LineageStore lineage;
    private final Set<Digest> sent = ConcurrentHashMap.newKeySet();

    /**
     * @param evidence closed with this
     * @param lineage where the manifests are; the store itself need not be opened with this receiver
     */
    public EvidenceReceiver(EvidenceStore evidence, LineageStore lineage) {
        this.evidence = evidence;
        this.lineage = lineage;
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Whatever a later try may succeed with is UNREACHABLE: wrong keys and a full store too. */
    @Override
    public void receive(Digest record, byte[] bytes, Statement statement) {
        try {
            Map<Digest, byte[]> manifests = manifests(statement);
            evidence.add(record, bytes, manifests);
            sent.addAll(manifests.keySet());
        } catch (MlopsException e) {
            throw e.kind() == MlopsException.Kind.INTERRUPTED ? e : MlopsException.unreachable(e.getMessage(), e);
        }
    }

    /** The manifests that are here and not there, of all trees that a statement speaks of. */
    private Map<Digest, byte[]> manifests(Statement statement) {
        Map<Digest, byte[]> manifests = new LinkedHashMap<>();
        Stream<String> trees = Stream.concat(
                statement.subject().stream().map(artifact -> artifact.digest().get(ResourceDescriptor.TREE)),
                statement.predicate() == null
                        ? Stream.of()
                        : statement.predicate().findValuesAsText(ResourceDescriptor.TREE).stream());
        trees.filter(hex -> hex != null && Digest.isDigest("sha256:" + hex))
                .map(Digest::new)
                .distinct()
                .filter(content -> !sent.contains(content) && lineage.holdsManifest(content))
                .filter(content -> !evidence.holdsManifest(content))
                .forEach(content -> {
                    byte[] manifest = bytes(lineage.manifest(content));
                    if (manifest != null) {
                        manifests.put(content, manifest);
                    }
                });
        return manifests;
    }

    /**
     * Null for a manifest that is too large for an evidence store, or for this process, which would have to hold it several times: better
     * the record goes without it than not at all. Which datasets lack theirs is said by find and verify.
     */
    private static byte[] bytes(Path file) {
        long most = Math.min(WriteOnce.MAX_BYTES, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
        try {
            return Files.size(file) > most ? null : Files.readAllBytes(file);
        } catch (IOException e) {
            throw MlopsException.failed("The manifest " + file + " cannot be read: " + e, e);
        }
    }

    @Override
    public void close() {
        evidence.close();
    }
}
