package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/**
 * Which numbers a rule looks at: the overall one, those of named slices (each decides for itself), or those of all slices
 * (the worst decides).
 *
 * @param names the named slices, empty for the other two
 */
public record SliceSelection(Kind kind, List<String> names) {

    /** The three ways to select. */
    public enum Kind {
        OVERALL,
        NAMED,
        ALL
    }

    static final String ALL_SLICES = "*";
    static final SliceSelection OVERALL = new SliceSelection(Kind.OVERALL, List.of());
    static final SliceSelection ALL = new SliceSelection(Kind.ALL, List.of());

    public SliceSelection {
        names = List.copyOf(names);
    }

    static SliceSelection named(List<String> names) {
        return new SliceSelection(Kind.NAMED, names);
    }

    /** As the rule file writes it; null for the overall number. */
    @JsonValue
    Object json() {
        return switch (kind) {
            case OVERALL -> null;
            case NAMED -> names;
            case ALL -> ALL_SLICES;
        };
    }
}
