package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.digest.KeyTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A table (CSV as in RFC 4180, with a header) with a row for each image and its class. */
final class LabelTable {

    private static final Set<String> IMAGE_COLUMNS = Set.of(
            "image",
            "file",
            "filename",
            "file_name",
            "path",
            "filepath",
            "image_path",
            "image_name",
            "image_id",
            "img");
    private static final Set<String> LABEL_COLUMNS =
            Set.of("label", "class", "category", "target", "class_name", "label_name", "species", "category_name");

    private static final int MAX_ROW = 1024 * 1024;

    private final Path file;
    private final CheckSchema.Labels schema;

    LabelTable(Path file, CheckSchema.Labels schema) {
        this.file = file;
        this.schema = schema;
    }

    /** Whether it has a column that names images. */
    boolean hasImages() throws IOException {
        try (Rows rows = new Rows(file)) {
            Optional<List<String>> header = rows.next();
            return header.isPresent() && column(header.get(), schema.image(), IMAGE_COLUMNS) >= 0;
        } catch (BadRowException e) {
            return false;
        }
    }

    /**
     * Reads it.
     *
     * @param names of the wanted classes; null when any will do
     * @param images notes which images are named
     * @param absent hears names of which there is no image
     * @param problems hears what is wrong
     */
    void read(
            List<String> names,
            ImageNames images,
            ClassCounts classes,
            Consumer<String> absent,
            Consumer<String> problems)
            throws IOException {
        KeyTable seen = new KeyTable();
        try (Rows rows = new Rows(file)) {
            List<String> header = rows.next().orElse(List.of());
            int image = column(header, schema.image(), IMAGE_COLUMNS);
            int label = column(header, schema.label(), LABEL_COLUMNS);
            if (image < 0) {
                problems.accept("no column names the image: set labels.image; the columns are " + header);
                return;
            }
            if (label < 0 && schema.label() != null) {
                problems.accept("there is no column '" + schema.label() + "'; the columns are " + header);
            }
            for (Optional<List<String>> row = rows.next(); row.isPresent(); row = rows.next()) {
                List<String> values = row.get();
                if (values.size() != header.size()) {
                    problems.accept("line " + rows.line + ": " + values.size() + " values, and the header has "
                            + header.size());
                    continue;
                }
                if (values.get(image).isBlank()) {
                    problems.accept("line " + rows.line + ": no image is named");
                    continue;
                }
                if (!images.name(values.get(image).trim())) {
                    absent.accept(values.get(image));
                    continue;
                }
                if (label >= 0) {
                    String name = values.get(label).trim();
                    if (name.isEmpty() || names != null && !names.contains(name)) {
                        problems.accept("line " + rows.line + ": "
                                + (name.isEmpty() ? "no class is named" : "the class '" + name + "' is not there"));
                        continue;
                    }
                    boolean first = seen.putIfAbsent(values.get(image).trim() + "\0" + name, 0) < 0;
                    classes.add(name, first ? 1 : 0, 1);
                }
            }
        } catch (BadRowException e) {
            problems.accept(e.getMessage());
        }
    }

    private static int column(List<String> header, String named, Set<String> usual) {
        for (int i = 0; i < header.size(); i++) {
            String name = header.get(i).trim();
            if (named == null ? usual.contains(name.toLowerCase(Locale.ROOT)) : name.equals(named)) {
                return i;
            }
        }
        return -1;
    }

    /** A row that cannot be read, after which nothing can. */
    private static final class BadRowException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadRowException(String message) {
            super(message, null, false, false);
        }
    }

    /** Reads row by row. */
    private static final class Rows implements AutoCloseable {
        private final BufferedReader in;
        private int line;

        Rows(Path file) throws IOException {
            Reader decoded = new InputStreamReader(
                    Files.newInputStream(file),
                    StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE));
            in = new BufferedReader(decoded);
            in.mark(1);
            if (in.read() != '\ufeff') {
                in.reset();
            }
        }

        /** Empty at the end; empty lines are passed over. */
        Optional<List<String>> next() throws IOException {
            List<String> values = new ArrayList<>();
            StringBuilder value = new StringBuilder();
            boolean quoted = false;
            int length = 0;
            line++;
            while (true) {
                int c = in.read();
                if (++length > MAX_ROW) {
                    throw new BadRowException("line " + line + ": a row is longer than " + MAX_ROW + " characters");
                }
                if (quoted) {
                    if (c < 0) {
                        throw new BadRowException("line " + line + ": a quotation mark is not closed");
                    }
                    if (c == '"' && !follows('"')) {
                        quoted = false;
                        continue;
                    }
                    line += c == '\n' ? 1 : 0;
                    value.append((char) c);
                } else if (c == '"' && value.length() == 0) {
                    quoted = true;
                } else if (c == ',') {
                    values.add(value.toString());
                    value.setLength(0);
                } else if (c == '\n' || c < 0) {
                    boolean empty = values.isEmpty() && value.length() == 0;
                    if (!empty) {
                        values.add(value.toString());
                        return Optional.of(values);
                    }
                    if (c < 0) {
                        return Optional.empty();
                    }
                    line++;
                } else if (c != '\r') {
                    value.append((char) c);
                }
            }
        }

        private boolean follows(char wanted) throws IOException {
            in.mark(1);
            if (in.read() == wanted) {
                return true;
            }
            in.reset();
            return false;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
