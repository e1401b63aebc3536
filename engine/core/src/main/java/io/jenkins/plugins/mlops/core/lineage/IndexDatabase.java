package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The SQLite file of the index. It is a cache of the records: when it is missing, of another schema or damaged it is made
 * anew, and the caller's work is done again on the new one.
 */
final class IndexDatabase {

    /** To be raised with every change of {@link #TABLES} or of what is written into them. */
    private static final int SCHEMA = 2;

    private static final int BUSY_MILLIS = 60_000;
    /** How often a damaged index is replaced for one question, before the cause must be another. */
    private static final int REPLACEMENTS = 3;

    private static final List<String> TABLES = List.of(
            "CREATE TABLE state(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE problem(file TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE model(id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE)",
            "CREATE TABLE record(digest BLOB PRIMARY KEY, model INTEGER, provenance INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE INDEX record_of_model ON record(model, provenance)",
            "CREATE TABLE run(model INTEGER, time INTEGER, run TEXT, PRIMARY KEY(model, time, run)) WITHOUT ROWID",
            "CREATE TABLE version(model INTEGER, name TEXT, version INTEGER, PRIMARY KEY(model, name, version)) WITHOUT ROWID",
            "CREATE INDEX version_by_name ON version(name, version)",
            "CREATE TABLE parent(parent INTEGER, child INTEGER, PRIMARY KEY(parent, child)) WITHOUT ROWID",
            "CREATE INDEX parent_of_child ON parent(child)",
            "CREATE TABLE source(sha TEXT, model INTEGER, PRIMARY KEY(sha, model)) WITHOUT ROWID",
            "CREATE TABLE image(digest TEXT, repository TEXT, model INTEGER,"
                    + " PRIMARY KEY(digest, repository, model)) WITHOUT ROWID",
            "CREATE INDEX image_by_repository ON image(repository)",
            // A dataset's key is its content id, or its source id while no content id is known.
            "CREATE TABLE dataset(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, complete INTEGER NOT NULL DEFAULT 0)",
            "CREATE TABLE dataset_name(name TEXT, dataset INTEGER, PRIMARY KEY(name, dataset)) WITHOUT ROWID",
            "CREATE TABLE dataset_source(source TEXT, dataset INTEGER, PRIMARY KEY(source, dataset)) WITHOUT ROWID",
            "CREATE TABLE use(dataset INTEGER, model INTEGER, role TEXT, PRIMARY KEY(dataset, model, role)) WITHOUT ROWID",
            "CREATE INDEX use_of_model ON use(model)",
            // A file's digest is stored once, however many versions of a dataset have it.
            "CREATE TABLE file(sha256 BLOB PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID",
            // The group is NULL for none, and for a file that has several groups in a dataset.
            "CREATE TABLE dataset_file(file INTEGER, dataset INTEGER, grp INTEGER, PRIMARY KEY(file, dataset)) WITHOUT ROWID",
            "CREATE TABLE model_file(sha256 BLOB, model INTEGER, PRIMARY KEY(sha256, model)) WITHOUT ROWID",
            "CREATE TABLE grp(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
            "CREATE TABLE dataset_group(grp INTEGER, dataset INTEGER, PRIMARY KEY(grp, dataset)) WITHOUT ROWID",
            // An input of a derivation, which is a dataset or a model; what was left out of it is not in the dataset.
            "CREATE TABLE derived(id INTEGER PRIMARY KEY, source INTEGER, model INTEGER, dataset INTEGER NOT NULL)",
            "CREATE INDEX derived_of_dataset ON derived(source) WHERE source IS NOT NULL",
            "CREATE INDEX derived_of_model ON derived(model) WHERE model IS NOT NULL",
            "CREATE INDEX derived_into ON derived(dataset)",
            "CREATE TABLE left_out(derived INTEGER, item TEXT, PRIMARY KEY(derived, item)) WITHOUT ROWID",
            "CREATE TABLE dataset_commit(sha TEXT, dataset INTEGER, PRIMARY KEY(sha, dataset)) WITHOUT ROWID",
            "CREATE TABLE dataset_image(digest TEXT, repository TEXT, dataset INTEGER,"
                    + " PRIMARY KEY(digest, repository, dataset)) WITHOUT ROWID",
            "CREATE INDEX dataset_image_by_repository ON dataset_image(repository)");

    /** Work on the open index. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException, IOException;
    }

    private final Path file;
    private final IndexLock lock;

    IndexDatabase(Path directory) {
        this.file = directory.resolve("index.sqlite");
        this.lock = IndexLock.in(directory);
    }

    /** Does the work, which may be done several times. */
    <T> T use(Work<T> work) {
        for (int replaced = 0; ; ) {
            try {
                Optional<T> result = tryUse(work);
                if (result.isPresent()) {
                    return result.get();
                }
                create();
            } catch (SQLException e) {
                if (!isBeyondUse(e) || replaced++ == REPLACEMENTS) {
                    throw failure(e);
                }
                remove();
            }
        }
    }

    /** Removes the index, to be made anew by the next use. */
    @SuppressWarnings("try") // a lock is held, not used
    void remove() {
        try (IndexLock.Held alone = lock.alone()) {
            for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
                Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
            }
        } catch (IOException e) {
            throw MlopsException.failed("The lineage index " + file + " cannot be replaced: " + e, e);
        }
    }

    /** Empty when there is no index file. Nobody makes or removes it while the lock is held. */
    @SuppressWarnings("try") // a lock is held, not used
    private <T> Optional<T> tryUse(Work<T> work) throws SQLException {
        try (IndexLock.Held shared = lock.shared()) {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            try (Connection connection = connect()) {
                if (schema(connection) != SCHEMA) {
                    throw new SQLiteException("an index of another schema", SQLiteErrorCode.SQLITE_SCHEMA);
                }
                return Optional.of(work.on(connection));
            }
        } catch (IOException e) {
            throw MlopsException.failed("The lineage store " + file.getParent() + " cannot be read: " + e, e);
        }
    }

    @SuppressWarnings("try") // a lock is held, not used
    private void create() throws SQLException {
        try (IndexLock.Held alone = lock.alone();
                Connection connection = connect();
                Statement sql = connection.createStatement()) {
            if (schema(connection) == SCHEMA) {
                return; // another process was faster
            }
            sql.execute("PRAGMA journal_mode = WAL");
            sql.execute("BEGIN IMMEDIATE");
            for (String table : TABLES) {
                sql.execute(table);
            }
            sql.execute("PRAGMA user_version = " + SCHEMA);
            sql.execute("COMMIT");
        }
    }

    private Connection connect() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_MILLIS);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        config.setCacheSize(-65_536); // KiB
        try {
            return config.createConnection("jdbc:sqlite:" + file);
        } catch (LinkageError e) {
            throw MlopsException.failed(
                    "SQLite's native library cannot be loaded (" + e.getMessage()
                            + "): java.io.tmpdir must be a directory where files can be written and run;"
                            + " another can be named by -Dorg.sqlite.tmpdir",
                    e);
        }
    }

    private static int schema(Connection connection) throws SQLException {
        try (Statement sql = connection.createStatement();
                ResultSet row = sql.executeQuery("PRAGMA user_version")) {
            return row.getInt(1);
        }
    }

    /** Whether a new index would help: not when the disk, the permissions or another writer are the cause. */
    private static boolean isBeyondUse(SQLException e) {
        if (!(e instanceof SQLiteException ours)) {
            return false;
        }
        return switch (ours.getResultCode().code & 0xff) {
            case 1 /* ERROR: a table is missing */,
                    11 /* CORRUPT */,
                    17 /* SCHEMA */,
                    19 /* CONSTRAINT */,
                    20 /* MISMATCH */,
                    24 /* FORMAT */,
                    26 /* NOTADB */ -> true;
            case 10 /* IOERR */ -> ours.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_SHORT_READ;
            default -> false;
        };
    }

    private MlopsException failure(SQLException e) {
        return MlopsException.failed(
                "The lineage index " + file + " cannot be used (" + e.getMessage()
                        + "): check that its directory is on a writable local disk with free space",
                e);
    }
}
