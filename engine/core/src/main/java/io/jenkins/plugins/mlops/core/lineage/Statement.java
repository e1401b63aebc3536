package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * An in-toto Statement v1: what {@code predicate} says of the artifacts in {@code subject}. A record of the lineage is the
 * bytes of {@link #toBytes}, and its name is their SHA-256; once written, a record is never serialized again.
 *
 * @param subject the artifacts, each with a digest; here the model as a whole first, then its files
 * @param predicate of the form that {@code predicateType} names
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Statement(List<ResourceDescriptor> subject, String predicateType, JsonNode predicate) {

    /** The value of {@code _type}. */
    public static final String TYPE = "https://in-toto.io/Statement/v1";
    /** The name of the subject that is the model as a whole. */
    public static final String MODEL = "model";

    /** Keys in alphabetical order and line feeds on every platform, so that equal statements have equal bytes. */
    private static final ObjectWriter WRITER = Documents.json()
            .writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")))
            .with(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);

    /** @throws MlopsException of kind USAGE when a rule of in-toto is broken */
    public Statement {
        if (subject == null || subject.isEmpty()) {
            throw MlopsException.usage("the statement has no subject");
        }
        for (ResourceDescriptor artifact : subject) {
            if (artifact == null || artifact.digest().isEmpty()) {
                throw MlopsException.usage("a subject of the statement has no digest");
            }
        }
        if (predicateType == null || predicateType.isBlank()) {
            throw MlopsException.usage("the statement has no predicateType");
        }
        subject = List.copyOf(subject);
    }

    /** A statement about a model as a whole. */
    static Statement about(Digest model, Predicate predicate) {
        return about(List.of(ResourceDescriptor.tree(MODEL, model)), predicate);
    }

    static Statement about(List<ResourceDescriptor> subject, Predicate predicate) {
        return new Statement(subject, predicate.type(), Documents.json().valueToTree(predicate));
    }

    @JsonCreator
    static Statement read(
            @JsonProperty("_type") String type,
            @JsonProperty("subject") List<ResourceDescriptor> subject,
            @JsonProperty("predicateType") String predicateType,
            @JsonProperty("predicate") JsonNode predicate) {
        if (!TYPE.equals(type)) {
            throw MlopsException.usage("it is no in-toto statement: _type is '" + type + "', not '" + TYPE + "'");
        }
        return new Statement(subject, predicateType, predicate);
    }

    /**
     * Reads a statement. Unknown keys are skipped, as in-toto wants it.
     *
     * @param origin what an error calls the document
     * @throws MlopsException of kind USAGE when it is none
     */
    public static Statement parse(byte[] json, String origin) {
        return Documents.readJson(new String(json, StandardCharsets.UTF_8), origin, Statement.class);
    }

    /** The statement as the bytes of a record: indented JSON, keys in alphabetical order. */
    public byte[] toBytes() {
        ObjectNode document = Documents.json().createObjectNode();
        document.put("_type", TYPE);
        document.set("subject", Documents.json().valueToTree(subject));
        document.put("predicateType", predicateType);
        document.set("predicate", predicate);
        try {
            return (WRITER.writeValueAsString(document) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a statement cannot be written: " + e.getOriginalMessage(), e);
        }
    }

    /** The digest of {@link #toBytes}: the name of the record. */
    public Digest digest() {
        return Digest.of(toBytes());
    }

    /** The content id of the model it speaks of; empty when it speaks of something else. */
    public Optional<Digest> model() {
        return Derivation.TYPE.equals(predicateType) ? Optional.empty() : tree();
    }

    /** The content id of the dataset whose derivation it tells; empty when it speaks of something else. */
    public Optional<Digest> derivedDataset() {
        return Derivation.TYPE.equals(predicateType) ? tree() : Optional.empty();
    }

    private Optional<Digest> tree() {
        return subject.stream()
                .map(artifact -> artifact.digest(ResourceDescriptor.TREE))
                .flatMap(Optional::stream)
                .findFirst();
    }
}
