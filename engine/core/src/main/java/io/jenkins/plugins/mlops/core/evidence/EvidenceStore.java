package io.jenkins.plugins.mlops.core.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.signature.Envelope;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.store.BucketProtection;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A place that outlives builds, machines and MLflow: records, their signatures, manifests and journals, written once each, in a bucket
 * or directory. What was added stands in the log, a {@link Journal}; {@code docs/evidence.md} specifies the layout.
 *
 * <p>Nothing is asked of the store before it is first used; then a place that is no evidence store is refused, so that a mistyped
 * prefix does not become an empty one.
 *
 * <p>An object is added in three steps: its bytes, an envelope where a signing key is there, then an entry of the log. Who breaks off
 * between them adds it again: the first two change nothing then, and an object that the log names twice is there once.
 *
 * <p>Thread-safe; to be closed. Every method fails with an {@link MlopsException}: UNREACHABLE when the store is away, REFUSED when it
 * does not let us, USAGE when it is no evidence store, FAILED when what it holds was changed.
 */
public final class EvidenceStore implements AutoCloseable {

    private final WriteOnce objects;
    private final Keyring keys;
    private final Runnable closing;
    private final Sealing sealing;
    private volatile EvidenceMarker marker;
    private volatile Journal.Entry lastSeen;

    private EvidenceStore(WriteOnce objects, Keyring keys, Runnable closing) {
        this.objects = objects;
        this.keys = keys;
        this.closing = closing;
        this.sealing = new SignedSealing(keys);
    }

    /** Below a prefix of a bucket. */
    public static EvidenceStore inBucket(ObjectStoreSettings settings, S3Uri root, Keyring keys) {
        ObjectStore store = ObjectStore.connect(settings);
        return new EvidenceStore(new BucketObjects(store, root), keys, store::close);
    }

    /** Below a directory. */
    public static EvidenceStore inDirectory(Path root, Keyring keys) {
        return of(new DirectoryObjects(root), keys);
    }

    /** In any place. */
    public static EvidenceStore of(WriteOnce objects, Keyring keys) {
        return new EvidenceStore(objects, keys, () -> {});
    }

    /**
     * Makes an evidence store of the place, after a probe that it keeps what a conditional write promises. A store that is there already
     * stays as it is; one whose making broke off is finished.
     *
     * @throws MlopsException of kind FAILED when the place lets a second writer overwrite what a first one wrote
     */
    public EvidenceMarker init(Clock clock) {
        Optional<EvidenceMarker> there = find();
        if (there.isEmpty()) {
            new ConditionalWrites(objects).probe();
            EvidenceMarker made =
                    new EvidenceMarker(EvidenceMarker.SCHEMA, UUID.randomUUID().toString(), clock.instant());
            objects.add(EvidenceMarker.NAME, made.toBytes()); // of several who make it at once, one does
            there = find();
        }
        marker = there.orElseThrow(() -> MlopsException.failed(
                objects.location() + " does not have what was just written to it: it cannot be an evidence store"));
        openLog();
        return marker;
    }

    /** The marker, when there is one; asks the store. */
    public Optional<EvidenceMarker> find() {
        return objects.read(EvidenceMarker.NAME).map(bytes -> EvidenceMarker.parse(bytes, objects.location()));
    }

    /** Which store it is. @throws MlopsException of kind USAGE when it is none */
    public EvidenceMarker marker() {
        EvidenceMarker known = marker;
        if (known == null) {
            known = find().orElseThrow(() -> MlopsException.usage("There is no evidence store at " + objects.location()
                    + ": check the place, or make one with 'mlops evidence init'"));
            marker = known;
        }
        return known;
    }

    /** What lies in it, by name. @throws MlopsException of kind USAGE when it is no evidence store */
    public WriteOnce objects() {
        marker();
        return objects;
    }

    /**
     * A journal in it, signed where a key is configured.
     *
     * @param name below the store's root, such as {@code withdrawals}
     */
    public Journal journal(String name) {
        return new Journal(objects(), name, sealing);
    }

    /** The journal of what was added. */
    public Journal log() {
        return journal(Layout.LOG);
    }

    /** How the bucket protects what lies in it; empty for a directory. */
    public Optional<BucketProtection> protection() {
        return objects instanceof BucketObjects bucket ? Optional.of(bucket.protection()) : Optional.empty();
    }

    public Keyring keys() {
        return keys;
    }

    /** Whether a trusted key signed the entry, or none is trusted at all. */
    public boolean isBelieved(Journal.Entry entry) {
        return keys.trusted().isEmpty() || !entry.signers().isEmpty();
    }

    /**
     * Makes sure that an entry that is added now is believed.
     *
     * @param what is to be added, for an error: "an approval"
     * @throws MlopsException of kind USAGE when keys are trusted and none is there to sign with
     */
    public void requireSigner(String what) {
        if (!keys.trusted().isEmpty() && keys.signing() == null) {
            throw MlopsException.usage("Keys are trusted, so " + what
                    + " wants a signature: name the key to sign with (for the mlops command MLOPS_SIGNING_KEY)");
        }
    }

    /** Where it is, for people. */
    public String location() {
        return objects.location();
    }

    /**
     * Adds a record, signed where a key is configured.
     *
     * @param record the digest of the bytes
     */
    public void add(Digest record, byte[] bytes) {
        add(record, bytes, Map.of());
    }

    /**
     * Adds a record and manifests of datasets that it speaks of.
     *
     * @param manifests by content id; each at most {@link WriteOnce#MAX_BYTES}
     */
    public void add(Digest record, byte[] bytes, Map<Digest, byte[]> manifests) {
        List<LogEntry.Added> added = new ArrayList<>();
        manifests.forEach((content, manifest) -> added.add(manifest(content, manifest)));
        added.add(put(Layout.record(record), bytes));
        if (keys.signing() != null) {
            added.add(envelope(record, bytes));
        }
        enter(added);
    }

    /** Whether the manifest of that content is there. */
    public boolean holdsManifest(Digest content) {
        return objects().exists(Layout.manifest(content));
    }

    private LogEntry.Added manifest(Digest content, byte[] manifest) {
        String name = Layout.manifest(content);
        byte[] kept = objects().add(name, manifest)
                ? manifest
                : objects.read(name) // another machine has written it in other words
                        .orElseThrow(
                                () -> MlopsException.failed(objects.location() + " neither takes nor has " + name));
        return LogEntry.Added.of(name, kept);
    }

    /** A record's bytes as they are there; they may have been changed. */
    public Optional<byte[]> record(Digest record) {
        return objects().read(Layout.record(record));
    }

    /** A manifest's bytes as they are there; they may have been changed. */
    public Optional<byte[]> manifest(Digest content) {
        return objects().read(Layout.manifest(content));
    }

    private LogEntry.Added put(String name, byte[] bytes) {
        if (!objects().add(name, bytes)) {
            throw MlopsException.failed("The evidence store " + objects.location() + " has other bytes as " + name
                    + " than those of that name: it was damaged; 'mlops lineage verify --all' tells more");
        }
        return LogEntry.Added.of(name, bytes);
    }

    /** An ECDSA signature is another one each time, so an envelope that is there is taken when it holds. */
    private LogEntry.Added envelope(Digest record, byte[] bytes) {
        String name = Layout.envelope(record, keys.signing().id());
        byte[] ours = Envelope.sign(Envelope.IN_TOTO, bytes, keys.signing()).toBytes();
        if (objects.add(name, ours)) {
            return LogEntry.Added.of(name, ours);
        }
        byte[] there = objects.read(name).orElse(ours);
        Envelope envelope = Envelope.parse(there, name);
        Set<String> signers = envelope.signers(keys.trusted());
        if (!Digest.of(envelope.payload()).equals(record)
                || !signers.contains(keys.signing().id())) {
            throw MlopsException.failed("The evidence store " + objects.location() + " has an envelope " + name
                    + " that this key did not sign: it was damaged; 'mlops lineage verify --all' tells more");
        }
        return LogEntry.Added.of(name, there);
    }

    private void enter(List<LogEntry.Added> added) {
        openLog();
        Journal log = log();
        JsonNode body = new LogEntry(added).toBody();
        Journal.Entry known = lastSeen;
        // Mostly nobody has written since, so that there is nothing to list.
        lastSeen = log.offer(known, body).orElseGet(() -> log.append(known, body));
    }

    /** The first entry is about the marker, so that another one in its place is noticed. */
    private void openLog() {
        if (lastSeen == null) {
            Journal log = log();
            Optional<Journal.Entry> first = log.entry(1);
            if (first.isEmpty()) {
                byte[] bytes = objects.read(EvidenceMarker.NAME).orElseThrow();
                log.offer(null, new LogEntry(List.of(LogEntry.Added.of(EvidenceMarker.NAME, bytes))).toBody());
            }
            lastSeen = log.last().orElse(null);
        }
    }

    @Override
    public void close() {
        closing.run();
    }
}
