package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/**
 * What a rule compares with, as the rule file writes it: {@code champion}, {@code run:ID} or {@code file:PATH}.
 *
 * @param value the run's id or the file's path, empty for the champion
 */
public record BaselineReference(Kind kind, String value) implements Comparable<BaselineReference> {

    /** Where the numbers come from. */
    public enum Kind {
        /** The model that carries the alias {@code champion}. */
        CHAMPION,
        /** A run of the tracking server. */
        RUN,
        /** A file; a relative path starts at the rule file's directory. */
        FILE
    }

    static final BaselineReference CHAMPION = new BaselineReference(Kind.CHAMPION, "");
    private static final String RUN = "run:";
    private static final String FILE = "file:";

    /** Empty when the text has none of the three forms. */
    static Optional<BaselineReference> parse(String text) {
        if (text.equals("champion")) {
            return Optional.of(CHAMPION);
        }
        if (text.startsWith(RUN) && !text.substring(RUN.length()).isBlank()) {
            return Optional.of(new BaselineReference(Kind.RUN, text.substring(RUN.length())));
        }
        if (text.startsWith(FILE) && !text.substring(FILE.length()).isBlank()) {
            return Optional.of(new BaselineReference(Kind.FILE, text.substring(FILE.length())));
        }
        return Optional.empty();
    }

    @Override
    public int compareTo(BaselineReference other) {
        int byKind = kind.compareTo(other.kind);
        return byKind != 0 ? byKind : value.compareTo(other.value);
    }

    @Override
    @JsonValue
    public String toString() {
        return switch (kind) {
            case CHAMPION -> "champion";
            case RUN -> RUN + value;
            case FILE -> FILE + value;
        };
    }
}
