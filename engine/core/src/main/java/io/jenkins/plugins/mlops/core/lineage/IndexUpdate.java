package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Brings the index up to what lies in the store: reads the records and manifests that it does not know. Files are read
 * outside of transactions, so that other processes wait only for the writing; several may update at once, to the same end.
 * A file that is no record is noted as a problem and looked at again every time.
 */
final class IndexUpdate {

    private static final int RECORDS_A_TRANSACTION = 500;
    private static final int FILES_A_TRANSACTION = 100_000;
    /** A directory that changed this recently may change again without another time stamp. */
    private static final long SETTLED_MILLIS = 2_000;

    private final StoreFiles records;
    private final StoreFiles manifests;
    private final Map<String, String> problems = new TreeMap<>();

    IndexUpdate(StoreFiles records, StoreFiles manifests) {
        this.records = records;
        this.manifests = manifests;
    }

    /** @throws VanishedRecordException when a record that the index knows is gone */
    void run(Connection connection) throws SQLException, IOException {
        long recordsTime = modified(records.directory());
        long manifestsTime = modified(manifests.directory());
        if (isSettled(connection, recordsTime, manifestsTime)) {
            return;
        }
        long now = System.currentTimeMillis();
        try (IndexWriter writer = new IndexWriter(connection)) {
            updateRecords(connection, writer);
            updateManifests(connection, writer);
            inTransaction(connection, () -> {
                writer.run("DELETE FROM problem");
                for (Map.Entry<String, String> problem : problems.entrySet()) {
                    writer.run("INSERT OR REPLACE INTO problem VALUES (?, ?)", problem.getKey(), problem.getValue());
                }
                boolean settled = problems.isEmpty() && now - Math.max(recordsTime, manifestsTime) > SETTLED_MILLIS;
                writer.run("INSERT OR REPLACE INTO state VALUES ('records', ?)", settled ? recordsTime : -1L);
                writer.run("INSERT OR REPLACE INTO state VALUES ('manifests', ?)", settled ? manifestsTime : -1L);
            });
        }
    }

    private void updateRecords(Connection connection, IndexWriter writer) throws SQLException, IOException {
        StoreFiles.Listing listing = records.list();
        listing.foreign().forEach(name -> problem(records, name, "its name is not the digest of a record"));
        Set<Digest> known = digests(connection, "SELECT digest FROM record");
        List<RecordFile> batch = new ArrayList<>();
        for (Digest name : listing.files()) {
            if (!known.remove(name)) {
                try {
                    batch.add(RecordFile.read(records, name));
                } catch (MlopsException e) {
                    problem(records, StoreFiles.name(name), e.getMessage());
                }
            }
            if (batch.size() == RECORDS_A_TRANSACTION) {
                write(connection, writer, batch);
            }
        }
        write(connection, writer, batch);
        for (Digest left : known) { // not listed: gone, unless another process has just added it
            if (!records.holds(left)) {
                throw new VanishedRecordException(records.file(left));
            }
        }
    }

    private void write(Connection connection, IndexWriter writer, List<RecordFile> batch) throws SQLException {
        if (!batch.isEmpty()) {
            inTransaction(connection, () -> {
                for (RecordFile record : batch) {
                    writer.write(record);
                }
            });
            batch.clear();
        }
    }

    private void updateManifests(Connection connection, IndexWriter writer) throws SQLException, IOException {
        StoreFiles.Listing listing = manifests.list();
        listing.foreign().forEach(name -> problem(manifests, name, "its name is not the content id of a manifest"));
        Set<String> complete = new HashSet<>();
        try (Statement sql = connection.createStatement();
                ResultSet rows = sql.executeQuery("SELECT key FROM dataset WHERE complete = 1")) {
            while (rows.next()) {
                complete.add(rows.getString(1));
            }
        }
        for (Digest content : listing.files()) {
            if (!complete.contains(content.toString())) {
                try {
                    writeManifest(connection, writer, content);
                } catch (MlopsException e) {
                    problem(manifests, StoreFiles.name(content), e.getMessage());
                }
            }
        }
    }

    private void writeManifest(Connection connection, IndexWriter writer, Digest content) throws SQLException {
        Path file = manifests.file(content);
        try (FileChunk chunk = new FileChunk(connection, writer, file, content)) {
            ManifestEntries.visit(file, content, chunk::add);
            chunk.finish();
        }
    }

    /**
     * Files of one dataset on their way into the index. Nothing of a damaged manifest gets in: what is less than a chunk is written when
     * all was read, and before the first of several chunks the whole manifest is read for this alone.
     */
    private static final class FileChunk implements AutoCloseable {
        /** The group of a file that is met again: none when it is another one. */
        private static final String SAME_OR_NONE = "CASE WHEN %1$s IS excluded.%1$s THEN %1$s END";

        private final Connection connection;
        private final IndexWriter writer;
        private final Path file;
        private final Digest content;
        private final Statement sql;
        private final PreparedStatement insert;
        private final Set<String> groups = new TreeSet<>();
        private int size;
        private boolean whole;

        FileChunk(Connection connection, IndexWriter writer, Path file, Digest content) throws SQLException {
            this.connection = connection;
            this.writer = writer;
            this.file = file;
            this.content = content;
            this.sql = connection.createStatement();
            sql.execute("CREATE TEMP TABLE IF NOT EXISTS arriving(sha256 BLOB PRIMARY KEY, name TEXT) WITHOUT ROWID");
            sql.execute("DELETE FROM arriving");
            this.insert =
                    connection.prepareStatement("INSERT INTO arriving VALUES (?, ?) ON CONFLICT DO UPDATE SET name = "
                            + SAME_OR_NONE.formatted("name"));
        }

        void add(Digest sha256, String group) throws SQLException {
            if (size == 0) {
                sql.execute("BEGIN"); // of the temporary table alone: no other process waits
            }
            insert.setBytes(1, IndexWriter.bytes(sha256));
            insert.setString(2, group);
            insert.executeUpdate();
            if (group != null) {
                groups.add(group);
            }
            if (++size == FILES_A_TRANSACTION) {
                if (!whole) {
                    ManifestEntries.visit(file, content, (ignored, none) -> {});
                    whole = true;
                }
                write(false);
            }
        }

        /** When every entry was added and the content id was right. */
        void finish() throws SQLException {
            write(true);
        }

        private void write(boolean last) throws SQLException {
            if (size > 0) {
                sql.execute("COMMIT");
            }
            size = 0;
            inTransaction(connection, () -> {
                long dataset = writer.datasetId(content.toString());
                writer.run("INSERT INTO file SELECT sha256, row_number() OVER ()"
                        + " + (SELECT coalesce(max(value), 0) FROM state WHERE key = 'files')"
                        + " FROM arriving WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.sha256 = arriving.sha256)");
                writer.run("INSERT OR REPLACE INTO state SELECT 'files', changes() + coalesce(max(value), 0)"
                        + " FROM state WHERE key = 'files'");
                for (String group : groups) {
                    writer.run("INSERT OR IGNORE INTO grp(name) VALUES (?)", group);
                    writer.run(
                            "INSERT OR IGNORE INTO dataset_group SELECT id, ? FROM grp WHERE name = ?", dataset, group);
                }
                writer.run(
                        "INSERT INTO dataset_file SELECT file.id, ?, grp.id FROM arriving JOIN file USING (sha256)"
                                + " LEFT JOIN grp ON grp.name = arriving.name WHERE true"
                                + " ON CONFLICT DO UPDATE SET grp = " + SAME_OR_NONE.formatted("grp"),
                        dataset);
                if (last) {
                    writer.run("UPDATE dataset SET complete = 1 WHERE id = ?", dataset);
                }
            });
            groups.clear();
            sql.execute("DELETE FROM arriving");
        }

        @Override
        public void close() throws SQLException {
            if (size > 0) {
                sql.execute("ROLLBACK"); // the manifest changed while it was read
            }
            insert.close();
            sql.close();
        }
    }

    /** A record that was indexed is gone from the store. */
    static final class VanishedRecordException extends RuntimeException {
        VanishedRecordException(Path file) {
            super(file.toString());
        }
    }

    private void problem(StoreFiles where, String name, String reason) {
        problems.put(where.directory().getFileName() + "/" + name, reason);
    }

    private static boolean isSettled(Connection connection, long recordsTime, long manifestsTime) throws SQLException {
        try (PreparedStatement sql = connection.prepareStatement(
                "SELECT count(*) FROM state WHERE key = 'records' AND value = ? OR key = 'manifests' AND value = ?")) {
            sql.setLong(1, recordsTime);
            sql.setLong(2, manifestsTime);
            try (ResultSet row = sql.executeQuery()) {
                return row.getInt(1) == 2;
            }
        }
    }

    /** Milliseconds since 1970, 0 when the directory does not exist. */
    private static long modified(Path directory) throws IOException {
        return Files.exists(directory) ? Files.getLastModifiedTime(directory).toMillis() : 0;
    }

    private static Set<Digest> digests(Connection connection, String query) throws SQLException {
        Set<Digest> digests = new HashSet<>();
        try (Statement sql = connection.createStatement();
                ResultSet rows = sql.executeQuery(query)) {
            while (rows.next()) {
                digests.add(IndexWriter.digest(rows.getBytes(1)));
            }
        }
        return digests;
    }

    /** Work inside a transaction. */
    @FunctionalInterface
    private interface Writing {
        void run() throws SQLException;
    }

    private static void inTransaction(Connection connection, Writing work) throws SQLException {
        try (Statement sql = connection.createStatement()) {
            sql.execute("BEGIN IMMEDIATE");
            boolean done = false;
            try {
                work.run();
                sql.execute("COMMIT");
                done = true;
            } finally {
                if (!done) {
                    sql.execute("ROLLBACK");
                }
            }
        }
    }
}
