package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.ManifestScan;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A directory of lineage records. {@code records/<hex of the SHA-256>.json} are the truth and are only ever added;
 * {@code manifests/<content id>.json} say which files a dataset has; {@code signatures/<hex>.json} are envelopes around records; {@code index.sqlite} is made from both and may be
 * deleted at any time; {@code outbox} is the {@link Outbox}. Several threads and processes may use one store at once; nothing
 * is held open between calls.
 *
 * <p>A file that is damaged or does not belong there is skipped and named by {@link #problems}. Every method fails with an
 * {@link MlopsException}: of kind FAILED when the disk or the permissions are the cause, of kind USAGE for a question that
 * is unclear.
 */
public final class LineageStore {

    private static final Comparator<Recorded<? extends Predicate>> IN_ORDER = Comparator.comparing(
                    (Recorded<? extends Predicate> recorded) ->
                            recorded.predicate().time())
            .thenComparing(recorded -> rank(recorded.predicate()))
            .thenComparing(Recorded::record);

    private final Path directory;
    private final StoreFiles records;
    private final StoreFiles manifests;
    private final IndexDatabase index;
    private final Outbox outbox;
    private final RecordSignatures signatures;

    private LineageStore(
            Path directory,
            Collection<? extends RecordReceiver> receivers,
            Clock clock,
            Supplier<Optional<SigningKey>> signing) {
        this.directory = directory;
        this.signatures = new RecordSignatures(new StoreFiles(directory.resolve("signatures")), signing);
        this.records = new StoreFiles(directory.resolve("records"));
        this.manifests = new StoreFiles(directory.resolve("manifests"));
        this.index = new IndexDatabase(directory);
        this.outbox = new Outbox(directory.resolve("outbox"), records, receivers, clock);
    }

    /** The store in the given directory, which is made when it is first used. */
    public static LineageStore open(Path directory) {
        return open(directory, List.of());
    }

    /**
     * As {@link #open(Path)}, with receivers for whom every record that is kept from now on is marked; it goes to them when the
     * {@link #outbox} is told to deliver.
     *
     * @param receivers stay open; their owner closes them
     */
    public static LineageStore open(Path directory, Collection<? extends RecordReceiver> receivers) {
        return open(directory, receivers, Clock.systemUTC());
    }

    /**
     * As {@link #open(Path)}, for who signs what is recorded here from now on.
     *
     * @param signing asked whenever something is recorded; empty for no signature. What it throws, the record's writer gets, and nothing
     *     is recorded
     */
    public static LineageStore signing(Path directory, Supplier<Optional<SigningKey>> signing) {
        return new LineageStore(directory.toAbsolutePath().normalize(), List.of(), Clock.systemUTC(), signing);
    }

    static LineageStore open(Path directory, Collection<? extends RecordReceiver> receivers, Clock clock) {
        return new LineageStore(directory.toAbsolutePath().normalize(), receivers, clock, Optional::empty);
    }

    /** Where records are kept when nobody says otherwise. @param environment of the process */
    public static Path defaultDirectory(Map<String, String> environment) {
        String own = environment.getOrDefault("MLOPS_LINEAGE_DIR", "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        String data = environment.getOrDefault("XDG_DATA_HOME", "");
        Path base = data.isBlank()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".local", "share")
                : Path.of(data);
        return base.resolve("mlops").resolve("lineage");
    }

    public Path directory() {
        return directory;
    }

    /** Keeps a statement; keeping it again changes nothing. Returns the record's digest. */
    public Digest append(Statement statement) {
        byte[] bytes = statement.toBytes();
        Digest digest = Digest.of(bytes);
        signatures.sign(digest, bytes);
        keepMarked(digest, bytes);
        return digest;
    }

    /**
     * As {@link #keep(byte[], String)}, for a record that was made for this store elsewhere: it is signed like those that are appended.
     */
    public Digest adopt(byte[] record, String origin) {
        Digest digest = RecordFile.parse(record, origin).digest();
        signatures.sign(digest, record);
        keepMarked(digest, record);
        return digest;
    }

    /** The ids of the trusted keys that have signed a record when it was recorded here; none when it is not there or damaged. */
    public Set<String> signers(Digest record, TrustedKeys trusted) {
        return isIntact(record) ? signatures.signers(record, trusted) : Set.of();
    }

    /**
     * Keeps a record that came from elsewhere, byte for byte.
     *
     * @param origin what an error calls it
     * @throws MlopsException of kind USAGE when the bytes are no record
     */
    public Digest keep(byte[] record, String origin) {
        Digest digest = RecordFile.parse(record, origin).digest();
        keepMarked(digest, record);
        return digest;
    }

    /** Whether the record of that digest is there and undamaged; reads it. */
    public boolean isIntact(Digest record) {
        return records.holds(record)
                && Digest.of(RecordFile.bytes(records.file(record))).equals(record);
    }

    /**
     * Puts a record that was kept elsewhere in the place of a missing or damaged one; receivers have had it.
     *
     * @throws MlopsException of kind USAGE when the bytes are no record, or another one
     */
    public void restore(Digest record, byte[] bytes, String origin) {
        RecordFile.parse(bytes, origin).named(record, records.file(record));
        records.replace(record, bytes);
    }

    /** Whether the manifest of that content is there and undamaged; reads it. */
    public boolean isIntactManifest(Digest content) {
        try {
            return manifests.holds(content) && isManifest(manifests.file(content), content);
        } catch (MlopsException e) {
            return false;
        }
    }

    /**
     * As {@link #restore}, for the manifest of a dataset.
     *
     * @throws MlopsException of kind USAGE when the bytes are no manifest, or that of another content
     */
    public void restoreManifest(Digest content, byte[] bytes, String origin) {
        try {
            manifests.replace(content, bytes, file -> isManifest(file, content));
        } catch (MlopsException e) {
            throw e.kind() == MlopsException.Kind.USAGE
                    ? MlopsException.usage(origin + " is not the manifest of " + content + ": " + e.getMessage(), e)
                    : e;
        }
    }

    private static boolean isManifest(Path file, Digest content) {
        ManifestEntries.visit(file, content, (sha256, group) -> {});
        return true;
    }

    /** The manifest's file; it may not exist. */
    public Path manifest(Digest content) {
        return manifests.file(content);
    }

    /** The records that are there, whatever their bytes. */
    public List<Digest> records() {
        return records.digests();
    }

    private void keepMarked(Digest digest, byte[] bytes) {
        if (!records.holds(digest)) {
            outbox.mark(digest);
            records.keep(digest, bytes);
        }
    }

    /** What the receivers that this store was opened with still wait for. */
    public Outbox outbox() {
        return outbox;
    }

    /** Keeps the manifest of a dataset, so that its files and groups lead to the models that came from it. */
    public void keepManifest(Manifest manifest) {
        manifests.keepJson(manifest.content(), manifest);
    }

    /**
     * As {@link #keepManifest(Manifest)}, for the manifest of a large dataset in a file, which is kept byte for byte.
     *
     * @throws MlopsException of kind USAGE when the file is no manifest, or that of another content
     */
    public void keepManifest(Path file, Digest content) {
        if (manifests.holds(content)) {
            return;
        }
        Digest found =
                ManifestScan.read(file, file.toString(), entry -> {}).version().contentId();
        if (!content.equals(found)) {
            throw MlopsException.usage("The manifest " + file + " is that of " + found + ", not of " + content);
        }
        manifests.keepFile(content, file);
    }

    /** Whether the files of that content are known. */
    public boolean holdsManifest(Digest content) {
        return manifests.holds(content);
    }

    /** The record file's path; it may not exist. */
    public Path record(Digest digest) {
        return records.file(digest);
    }

    /** The models that came from what is asked for: direct ones first, then inherited ones by the length of the path. */
    public List<LineageMatch> find(LineageQuery query) {
        return find(query, false);
    }

    /**
     * As {@link #find(LineageQuery)}.
     *
     * @param evaluationToo whether what a model was merely evaluated on counts as gone into it, and into what came of it
     */
    public List<LineageMatch> find(LineageQuery query, boolean evaluationToo) {
        return read(reader -> reader.find(query, evaluationToo));
    }

    /**
     * The datasets that a user means.
     *
     * @param asked as for {@link LineageQuery.OfDataset}
     * @return none for an id in full that nobody knows
     * @throws MlopsException of kind USAGE when it is unknown or ambiguous
     */
    public List<LineageStep> datasets(String asked) {
        return read(reader -> reader.named(asked));
    }

    /**
     * The datasets that have what is asked for in them, and those that came of it by derivations, perhaps through models.
     */
    public List<LineageStep> findDatasets(LineageQuery query) {
        return read(reader -> reader.datasets(query));
    }

    /**
     * The files of these groups in the datasets whose manifests are kept, and of these datasets as a whole.
     *
     * @throws MlopsException of kind USAGE when a manifest is damaged
     */
    public Set<Digest> files(Collection<String> groups, Collection<Digest> datasets) {
        Set<Digest> files = new HashSet<>();
        for (Digest content : read(reader -> reader.manifestsWith(groups, datasets))) {
            boolean all = datasets.contains(content);
            ManifestEntries.visit(manifests.file(content), content, (sha256, group) -> {
                if (all || group != null && groups.contains(group)) {
                    files.add(sha256);
                }
            });
        }
        return files;
    }

    /**
     * Which of these went into a model: by its training data, by the data of models it started from, or by being such a model. What
     * it was merely evaluated on did not.
     *
     * @param digests of files, or content ids of datasets or models
     * @param groups of files
     */
    public List<LineageOrigin> originsOfModel(Digest model, Collection<Digest> digests, Collection<String> groups) {
        return origins(LineageStep.Kind.MODEL, model.toString(), digests, groups);
    }

    /**
     * As {@link #originsOfModel}, for a dataset.
     *
     * @param id the content id, or the source id
     */
    public List<LineageOrigin> originsOfDataset(String id, Collection<Digest> digests, Collection<String> groups) {
        return origins(LineageStep.Kind.DATASET, id, digests, groups);
    }

    /**
     * What stands in the way of knowing what went into a model: models before it without a record of how they came to be, and
     * datasets whose files are not known.
     */
    public List<LineageStep> unknownBehindModel(Digest model) {
        return connected(connection -> {
            try (AncestorWalk walk = new AncestorWalk(connection)) {
                return walk.unknown(LineageStep.Kind.MODEL, model.toString());
            }
        });
    }

    private List<LineageOrigin> origins(
            LineageStep.Kind kind, String start, Collection<Digest> digests, Collection<String> groups) {
        if (digests.isEmpty() && groups.isEmpty()) {
            return List.of();
        }
        return connected(connection -> {
            try (AncestorWalk walk = new AncestorWalk(connection)) {
                return walk.origins(kind, start, digests, groups);
            }
        });
    }

    /** Everything known of a model; without records when nothing is. */
    public Dossier dossier(Digest model) {
        return dossier(model, recordsOf(model));
    }

    private Dossier dossier(Digest model, Collection<Digest> records) {
        List<Recorded<? extends Predicate>> known = new ArrayList<>();
        for (Digest digest : records) {
            recorded(digest).ifPresent(known::add);
        }
        known.sort(IN_ORDER);
        return new Dossier(model, known);
    }

    /** As {@link #dossier}, for several models by one question to the index. */
    public Map<Digest, Dossier> dossiers(Collection<Digest> models) {
        Map<Digest, Set<Digest>> found = read(reader -> {
            Map<Digest, Set<Digest>> records = new HashMap<>();
            for (Digest model : models) {
                records.put(model, reader.records(model));
            }
            return records;
        });
        Map<Digest, Dossier> dossiers = new HashMap<>();
        found.forEach((model, records) -> dossiers.put(model, dossier(model, records)));
        return dossiers;
    }

    /** The model that records call by this name and version; several when they speak of several registries. */
    public Set<Digest> registered(String name, int version) {
        return read(reader -> reader.registered(name, version));
    }

    /** The names and versions under which the records say a model is registered. */
    public List<LineageMatch.RegisteredVersion> versions(Digest model) {
        return read(reader -> reader.versions(model));
    }

    /** Whether the store has the record of that digest, whatever its bytes. */
    public boolean holds(Digest record) {
        return records.holds(record);
    }

    /** The records about a model, damaged ones too when they were whole once. */
    Set<Digest> recordsOf(Digest model) {
        return read(reader -> reader.records(model));
    }

    /** The model that a record speaks of. */
    Optional<Digest> modelOf(Digest record) {
        return recorded(record).flatMap(known -> known.statement().model());
    }

    /** A record's bytes as they are. @throws MlopsException of kind USAGE when the file cannot be read */
    ModelLocator.RecordBytes bytes(Path file) {
        byte[] bytes = RecordFile.bytes(file);
        return new ModelLocator.RecordBytes(file.toString(), Digest.of(bytes), bytes);
    }

    /** Whether how the model came to be is recorded. */
    public boolean knows(Digest model) {
        return !read(reader -> reader.provenance(model)).isEmpty();
    }

    /** Datasets that models were trained or evaluated on but whose files are not known, so that no file leads to them. */
    public List<String> datasetsWithoutFiles() {
        return read(IndexReader::datasetsWithoutFiles);
    }

    /** What in the store is damaged or does not belong there: file to reason. */
    public Map<String, String> problems() {
        return read(IndexReader::problems);
    }

    /** Makes the index anew from the records and manifests. */
    public void rebuild() {
        index.remove();
        problems();
    }

    /** A record; empty when it is absent, damaged since it was indexed, or of a form that this product does not read. */
    public Optional<Recorded<? extends Predicate>> recorded(Digest digest) {
        try {
            RecordFile record = RecordFile.read(records, digest);
            return record.predicate().map(predicate -> new Recorded<>(digest, record.statement(), predicate));
        } catch (MlopsException e) {
            return Optional.empty(); // verification names it
        }
    }

    /** A question to the index. */
    @FunctionalInterface
    private interface Question<T> {
        T ask(IndexReader reader) throws SQLException;
    }

    private <T> T read(Question<T> question) {
        return connected(connection -> {
            try (IndexReader reader = new IndexReader(connection)) {
                return question.ask(reader);
            }
        });
    }

    /** Does the work on an index that is up to date. */
    private <T> T connected(IndexDatabase.Work<T> question) {
        IndexDatabase.Work<T> work = connection -> {
            new IndexUpdate(records, manifests).run(connection);
            return question.on(connection);
        };
        try {
            return index.use(work);
        } catch (IndexUpdate.VanishedRecordException e) {
            index.remove(); // an index only grows: one that knows too much is made anew
            return index.use(work);
        }
    }

    private static int rank(Predicate predicate) {
        if (predicate instanceof Provenance) {
            return 0;
        } else if (predicate instanceof Evaluation) {
            return 1;
        } else if (predicate instanceof GateVerdict) {
            return 2;
        } else {
            return predicate instanceof Registration ? 3 : predicate instanceof Approval ? 4 : 5;
        }
    }
}
