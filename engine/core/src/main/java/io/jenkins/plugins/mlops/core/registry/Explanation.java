package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tags of versions that say who moved an alias and why. */
final class Explanation {

    private Explanation() {}

    /** For the version that the alias goes to. @param replaced to which a rollback returns, or null */
    static Map<String, String> ofPromotion(
            String alias,
            String by,
            Instant at,
            String reason,
            Digest gate,
            Integer replaced,
            List<String> overridden) {
        AliasTags tags = new AliasTags(alias);
        Map<String, String> why = new LinkedHashMap<>();
        why.put(tags.by(), by);
        why.put(tags.at(), at.toString());
        why.put(tags.why(), reason == null ? "" : reason);
        why.put(tags.gate(), gate == null ? "" : gate.toString());
        why.put(tags.replaced(), text(replaced));
        why.put(tags.override(), String.join("; ", overridden));
        return why;
    }

    /** For the version that the alias leaves. */
    static Map<String, String> ofRollback(String alias, int to, String by, Instant at, String reason) {
        AliasTags tags = new AliasTags(alias);
        Map<String, String> why = new LinkedHashMap<>();
        why.put(tags.rollback("to"), String.valueOf(to));
        why.put(tags.rollback("by"), by);
        why.put(tags.rollback("why"), reason == null ? "" : reason);
        why.put(tags.rollback("at"), at.toString());
        return why;
    }

    /** The move that the version's tags tell of. */
    static AliasMove read(ModelVersion version, String alias, List<String> notes) {
        AliasTags names = new AliasTags(alias);
        Map<String, String> tags = version.tags();
        String gate = tags.getOrDefault(names.gate(), "");
        return new AliasMove(
                version.name(),
                alias,
                version.version(),
                AliasTags.number(tags, names.replaced()),
                tags.get(names.by()),
                tags.get(names.why()),
                instant(tags.get(names.at())),
                Digest.isDigest(gate) ? Digest.parse(gate) : null,
                List.copyOf(notes));
    }

    /** Null when the tag is missing or someone wrote another thing into it. */
    static Instant instant(String tag) {
        try {
            return tag == null ? null : Instant.parse(tag);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** As a tag has it: empty for none. */
    static String text(Integer version) {
        return version == null ? "" : String.valueOf(version);
    }

    /** As a sentence has it. @param version null or 0 for none */
    static String named(Integer version) {
        return version == null || version == 0 ? "no version" : "version " + version;
    }

    /** What a caller is told whose alias someone else moved. */
    static MlopsException raced(String model, String alias, Integer now) {
        return MlopsException.refused("Another writer moved the alias " + alias + " of " + model + " to " + named(now)
                + " meanwhile; theirs stays, look at it and decide anew");
    }
}
