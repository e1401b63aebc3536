package io.jenkins.plugins.mlops.core.document;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Reads and writes the product's JSON and YAML documents. Reading is strict: an unknown key, a key that stands twice, a
 * wrong type or text after the end is an error that names the document, line and column. Thread-safe.
 */
public final class Documents {

    /** A YAML document is configuration that people write; more than this is none. */
    private static final int MAX_YAML_CHARACTERS = 16 * 1024 * 1024;

    private static final int BUFFER = 1 << 16;

    private static final Pattern MISSING_KEY = Pattern.compile("[Mm]issing required creator property '([^']+)'");
    private static final Pattern ENUM_CHOICES = Pattern.compile("accepted for Enum class: \\[([^\\]]*)\\]");

    private static final ObjectMapper JSON = strict(JsonMapper.builder());
    private static final ObjectMapper YAML = strict(YAMLMapper.builder(yamlFactory()));

    private Documents() {}

    /** The strict mapper for JSON, for streaming and for answers of servers; not to be reconfigured. */
    public static ObjectMapper json() {
        return JSON;
    }

    /** Reads JSON when the name ends in {@code .json}, else YAML, of which JSON is a part. */
    public static <T> T read(Path file, Class<T> type) {
        try {
            String name = String.valueOf(file.getFileName());
            return parse(
                    Files.readString(file), file.toString(), (name.endsWith(".json") ? JSON : YAML).readerFor(type));
        } catch (NoSuchFileException e) {
            throw MlopsException.usage("The file " + file + " does not exist", e);
        } catch (IOException e) {
            throw MlopsException.usage("The file " + file + " cannot be read as UTF-8 text: " + e.getMessage(), e);
        }
    }

    /**
     * Reads YAML or JSON text.
     *
     * @param origin what an error calls the document
     */
    public static <T> T readYaml(String text, String origin, Class<T> type) {
        return parse(text, origin, YAML.readerFor(type));
    }

    /** Reads JSON text; {@code origin} is what an error calls the document. */
    public static <T> T readJson(String text, String origin, Class<T> type) {
        return parse(text, origin, JSON.readerFor(type));
    }

    /**
     * Reads JSON text as numeric programs write it: the tokens {@code NaN}, {@code Infinity} and {@code -Infinity}, which
     * JSON does not have but Python's json module writes, are numbers.
     */
    public static <T> T readJsonWithNonFinite(String text, String origin, Class<T> type) {
        return parse(text, origin, JSON.readerFor(type).with(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS));
    }

    /**
     * Reads JSON as it streams in, without keeping its text; the stream is not closed.
     *
     * @throws IOException when the stream breaks
     */
    public static <T> T readJson(InputStream in, String origin, Class<T> type) throws IOException {
        JsonParser parser = JSON.createParser(in).disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
        return parse(origin, null, () -> JSON.readValue(parser, type));
    }

    /** Indented JSON that ends in a line feed. */
    public static String toJson(Object value) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a document of ours cannot be written: " + e.getOriginalMessage(), e);
        }
    }

    /** Writes indented JSON so that the file is there whole or not at all. */
    public static void writeJson(Path file, Object value) throws IOException {
        writeAtomically(file, out -> {
            JSON.writerWithDefaultPrettyPrinter()
                    .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                    .writeValue(out, value);
            out.write('\n');
        });
    }

    /** As {@link #writeJson}, without line feeds and blanks, for documents that are long and for machines. */
    public static void writeCompactJson(Path file, Object value) throws IOException {
        writeAtomically(
                file,
                out -> JSON.writer()
                        .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                        .writeValue(out, value));
    }

    /** Writes UTF-8 text so that the file is there whole or not at all; its directory is made when it is missing. */
    public static void writeAtomically(Path file, String text) throws IOException {
        writeAtomically(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes bytes so that the file is there whole or not at all, after a loss of power too; its directory is made when it
     * is missing. The file has the permissions that the process gives its files, not the narrow ones of a temporary file.
     */
    public static void writeAtomically(Path file, byte[] bytes) throws IOException {
        writeAtomically(file, out -> out.write(bytes));
    }

    @FunctionalInterface
    private interface Writing {
        void to(OutputStream out) throws IOException;
    }

    private static void writeAtomically(Path file, Writing writing) throws IOException {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a directory");
        Files.createDirectories(directory);
        Path temporary = directory.resolve("." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                            FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
                writing.to(out);
                out.flush();
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static <T> T parse(String text, String origin, ObjectReader reader) {
        try {
            return parse(origin, () -> reader.createParser(text), () -> reader.<T>readValue(text));
        } catch (IOException e) {
            throw new IllegalStateException("text in memory cannot break off", e);
        }
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }

    /** @param again opens the document once more, to find where in it an error is; null when that cannot be */
    private static <T> T parse(String origin, Reading<JsonParser> again, Reading<T> reading) throws IOException {
        try {
            T value = reading.read();
            if (value == null) {
                throw MlopsException.usage(origin + " is empty");
            }
            return value;
        } catch (JsonProcessingException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof MlopsException ours) {
                    throw new MlopsException(ours.kind(), where(origin, e, again) + ours.getMessage(), e);
                }
            }
            throw MlopsException.usage(where(origin, e, again) + explain(e), e);
        }
    }

    private static String where(String origin, JsonProcessingException e, Reading<JsonParser> again) {
        JsonLocation at = location(e, again);
        String position = at == null || at.getLineNr() < 1
                ? ""
                : ", line " + at.getLineNr() + ", column " + Math.max(1, at.getColumnNr());
        String path =
                e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
                        ? " (" + path(mapping) + ")"
                        : "";
        return origin + position + path + ": ";
    }

    /** Records are built when their last key is read, which is where an unknown key or a refused value then seems to be. */
    private static JsonLocation location(JsonProcessingException e, Reading<JsonParser> again) {
        boolean late = e instanceof UnrecognizedPropertyException || e.getCause() instanceof MlopsException;
        if (!late || again == null) {
            return e.getLocation();
        }
        try (JsonParser parser = again.read()) {
            JsonLocation found = PathLocation.find(parser, (JsonMappingException) e);
            return found == null ? e.getLocation() : found;
        } catch (IOException unreadable) {
            return e.getLocation();
        }
    }

    private static String path(JsonMappingException e) {
        StringBuilder out = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                out.append('[').append(step.getIndex()).append(']');
            } else {
                out.append(out.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return out.toString();
    }

    /** Says what is wrong in the words of the document, without Java types or settings of the parser. */
    private static String explain(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "unknown key '" + unknown.getPropertyName() + "'" + known(unknown.getKnownPropertyIds());
        }
        String message = sentence(e.getOriginalMessage());
        if (message.startsWith("Trailing token")) {
            return "the document has ended, but more follows";
        }
        Matcher missing = MISSING_KEY.matcher(message);
        if (missing.find()) {
            return "the key '" + missing.group(1) + "' is missing";
        }
        if (e instanceof InvalidFormatException invalid) {
            Matcher choices = ENUM_CHOICES.matcher(message);
            return "'" + invalid.getValue() + "' is "
                    + (choices.find() ? "none of " + choices.group(1) : "no " + kind(invalid.getTargetType()));
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return "a " + kind(mismatch.getTargetType()) + " is wanted";
        }
        return message;
    }

    /** A YAML parser quotes the place, indented, between what it was doing and what it found there. */
    private static String sentence(String message) {
        return message.lines()
                .filter(line -> !line.isBlank() && !line.startsWith(" "))
                .limit(2)
                .collect(Collectors.joining(": "));
    }

    private static String kind(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return "boolean (true or false)";
        }
        if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
            return "whole number";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "number";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "list";
        }
        return type == String.class || type.isEnum()
                ? "text"
                : Map.class.isAssignableFrom(type) || type.isRecord() ? "set of keys" : type.getSimpleName();
    }

    private static String known(Collection<Object> keys) {
        return keys == null || keys.isEmpty()
                ? ""
                : "; known are " + keys.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    }

    private static YAMLFactory yamlFactory() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_YAML_CHARACTERS);
        options.setAllowDuplicateKeys(false);
        return YAMLFactory.builder().loaderOptions(options).build();
    }

    private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> ObjectMapper strict(
            MapperBuilder<M, B> builder) {
        M mapper = builder.addModule(new JavaTimeModule())
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .build();
        mapper.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(100).build());
        return mapper;
    }
}
