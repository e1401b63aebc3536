package io.jenkins.plugins.mlops.core.card;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.LocalDate;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What people say of a dataset version. Nothing of it is part of the content id. Immutable.
 *
 * @param owner null when nobody said
 * @param licence an SPDX id or free text; null when nobody said
 * @param created when the data was made; null when nobody said
 * @param description null when nobody said
 * @param anonymised null when nobody said
 * @param evidence what shows that it is anonymised; there if and only if it is said to be
 * @param fields whatever else; never null
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Card(
        String owner,
        String licence,
        LocalDate created,
        String description,
        Boolean anonymised,
        Evidence evidence,
        Map<String, String> fields) {

    /** Says nothing. */
    public static final Card EMPTY = new Card(null, null, null, null, null, null, null);

    private static final int MAX_LINE = 500;
    private static final int MAX_TEXT = 20_000;
    private static final int MAX_FIELDS = 200;
    private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** A file that is kept beside the card. @param name as its giver called it @param bytes its size */
    public record Evidence(
            @JsonProperty(required = true) String name,
            @JsonProperty(required = true) Digest sha256,
            @JsonProperty(required = true) long bytes) {
        public Evidence {
            if (sha256 == null || bytes < 0) {
                throw MlopsException.usage("the evidence of a card has a name, a sha256 and bytes");
            }
            name = line("the name of the evidence", name);
        }
    }

    public Card {
        owner = line("owner", owner);
        licence = line("licence", licence);
        description = text("description", description);
        if (Boolean.TRUE.equals(anonymised) && evidence == null) {
            throw MlopsException.usage("'anonymised: yes' is believed with evidence only: name the file that shows it,"
                    + " such as the report of the tool that did it");
        }
        if (!Boolean.TRUE.equals(anonymised) && evidence != null) {
            throw MlopsException.usage("evidence belongs to 'anonymised: yes'");
        }
        fields = fields == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(fields));
        if (fields.size() > MAX_FIELDS) {
            throw MlopsException.usage("a card has at most " + MAX_FIELDS + " fields, not " + fields.size());
        }
        fields.forEach((key, value) -> {
            if (!FIELD.matcher(key).matches()) {
                throw MlopsException.usage("'" + key + "' cannot be a field of a card: 1 to 100 letters, digits, dots,"
                        + " hyphens and underscores are wanted");
            }
            if (text("the field " + key, value) == null) {
                throw MlopsException.usage("the field " + key + " of a card is empty: leave it out");
            }
        });
    }

    /** Whether it says that the data is anonymised. */
    @JsonIgnore
    public boolean isAnonymised() {
        return Boolean.TRUE.equals(anonymised);
    }

    private static String line(String what, String text) {
        if (text != null && (text.length() > MAX_LINE || text.chars().anyMatch(Character::isISOControl))) {
            throw MlopsException.usage(what + " of a card is one line of at most " + MAX_LINE + " characters");
        }
        return text == null || text.isBlank() ? null : text;
    }

    private static String text(String what, String text) {
        if (text != null && text.length() > MAX_TEXT) {
            throw MlopsException.usage(what + " of a card has " + text.length() + " characters: at most " + MAX_TEXT);
        }
        return text == null || text.isBlank() ? null : text;
    }
}
