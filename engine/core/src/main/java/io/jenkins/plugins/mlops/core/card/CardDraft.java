package io.jenkins.plugins.mlops.core.card;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What somebody says of a dataset version, before it is a {@link Card}: the file that {@code docs/dataset-cards.md} describes, or
 * changes to a card. A null changes nothing.
 *
 * @param anonymised in a file {@code yes} or {@code no}, or {@code true} or {@code false}
 * @param evidence a file; in a card's file relative to that
 * @param fields an empty value removes a field; never null
 */
public record CardDraft(
        String owner,
        String licence,
        LocalDate created,
        String description,
        @JsonDeserialize(using = YesOrNo.class) Boolean anonymised,
        String evidence,
        Map<String, String> fields) {

    public CardDraft {
        fields = fields == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(fields));
        fields.forEach((key, value) -> {
            if (value == null) {
                throw MlopsException.usage("the field " + key + " of a card is empty: leave it out");
            }
        });
    }

    /**
     * Reads a card's file, YAML or JSON.
     *
     * @throws MlopsException of kind USAGE that names file, line and column
     */
    public static CardDraft read(Path file) {
        CardDraft read = Documents.read(file, CardDraft.class);
        Path base = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a directory");
        return read.evidence == null
                ? read
                : new CardDraft(
                        read.owner,
                        read.licence,
                        read.created,
                        read.description,
                        read.anonymised,
                        base.resolve(read.evidence).normalize().toString(),
                        read.fields);
    }

    /** Reads what people write for yes and no. */
    public static boolean yesOrNo(String text) {
        return switch (text) {
            case "yes", "true" -> true;
            case "no", "false" -> false;
            default -> throw MlopsException.usage("'" + text + "' is neither yes nor no");
        };
    }

    /** Whether it changes nothing. */
    public boolean isEmpty() {
        return equals(new CardDraft(null, null, null, null, null, null, null));
    }

    /** This, where it says something, and the other for the rest. */
    public CardDraft over(CardDraft other) {
        Map<String, String> both = new TreeMap<>(other.fields);
        both.putAll(fields);
        return new CardDraft(
                or(owner, other.owner),
                or(licence, other.licence),
                or(created, other.created),
                or(description, other.description),
                or(anonymised, other.anonymised),
                or(evidence, other.evidence),
                both);
    }

    /**
     * The card with what this says. Evidence that the card has is kept as long as the data is said to be anonymised.
     *
     * @param found the evidence that this names, null when it names none
     * @throws MlopsException of kind USAGE when that is no card
     */
    Card applyTo(Card card, Card.Evidence found) {
        Boolean claimed = or(anonymised, card.anonymised());
        Card.Evidence kept = Boolean.TRUE.equals(claimed) ? card.evidence() : null;
        Map<String, String> changed = new TreeMap<>(card.fields());
        fields.forEach((key, value) -> {
            if (value.isEmpty()) {
                changed.remove(key);
            } else {
                changed.put(key, value);
            }
        });
        return new Card(
                or(owner, card.owner()),
                or(licence, card.licence()),
                or(created, card.created()),
                or(description, card.description()),
                claimed,
                or(found, kept),
                changed);
    }

    private static <T> T or(T first, T second) {
        return first == null ? second : first;
    }

    /** YAML 1.2 knows no {@code yes}, but people write it. */
    static final class YesOrNo extends StdDeserializer<Boolean> {
        private static final long serialVersionUID = 1L;

        YesOrNo() {
            super(Boolean.class);
        }

        @Override
        public Boolean deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                return yesOrNo(parser.getText());
            }
            return parser.getBooleanValue();
        }
    }
}
