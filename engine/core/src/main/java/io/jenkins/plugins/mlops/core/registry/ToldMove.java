package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A move of an alias as the tags of a version tell it: of every alias, the last one to that version, and the last rollback from it.
 * Whoever may tag the version may have written them.
 *
 * @param version where the alias went
 * @param from the version before, null for none
 * @param by null when the tags do not say
 * @param reason null when none was given
 * @param at null when the tags do not say
 * @param gate digest of the gate's report, null without one
 * @param overridden the refusals that were overridden, null for none
 */
public record ToldMove(
        String alias,
        int version,
        Integer from,
        boolean rollback,
        String by,
        String reason,
        Instant at,
        Digest gate,
        String overridden) {

    private static final Pattern TAG = Pattern.compile("mlops\\.(promotion|rollback)\\.(.+)\\.(?:by|to)");

    /** The moves that the tags of a version tell of; of each alias the move to it, then the rollback from it. */
    public static List<ToldMove> of(ModelVersion version) {
        TreeSet<String> promoted = new TreeSet<>();
        TreeSet<String> rolledBack = new TreeSet<>();
        for (String tag : version.tags().keySet()) {
            Matcher matcher = TAG.matcher(tag);
            if (matcher.matches()) {
                (matcher.group(1).equals("promotion") ? promoted : rolledBack).add(matcher.group(2));
            }
        }
        List<ToldMove> moves = new ArrayList<>();
        promoted.forEach(alias -> moves.add(promotion(version, alias)));
        for (String alias : rolledBack) {
            ToldMove rollback = rollback(version, alias);
            if (rollback != null) {
                moves.add(rollback);
            }
        }
        return List.copyOf(moves);
    }

    private static ToldMove promotion(ModelVersion version, String alias) {
        AliasMove move = Explanation.read(version, alias, List.of());
        return new ToldMove(
                alias,
                version.version(),
                move.previous(),
                false,
                text(move.by()),
                text(move.reason()),
                move.at(),
                move.gate(),
                text(version.tags().get(new AliasTags(alias).override())));
    }

    /** Null when the tags do not say where to. */
    private static ToldMove rollback(ModelVersion version, String alias) {
        AliasTags names = new AliasTags(alias);
        Map<String, String> tags = version.tags();
        Integer to = AliasTags.number(tags, names.rollback("to"));
        return to == null
                ? null
                : new ToldMove(
                        alias,
                        to,
                        version.version(),
                        true,
                        text(tags.get(names.rollback("by"))),
                        text(tags.get(names.rollback("why"))),
                        Explanation.instant(tags.get(names.rollback("at"))),
                        null,
                        null);
    }

    private static String text(String tag) {
        return tag == null || tag.isEmpty() ? null : tag;
    }
}
