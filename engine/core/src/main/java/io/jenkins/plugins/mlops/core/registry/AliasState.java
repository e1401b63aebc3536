package io.jenkins.plugins.mlops.core.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the registry says of an alias: where it points, where a writer of ours left it, and whether a move of ours was
 * interrupted.
 *
 * @param current the version it points to, null for none
 * @param recorded the version that a writer of ours set last, null for none
 * @param pendingTo the version that an interrupted move wanted, null when none is pending
 * @param pendingFrom the version that the interrupted move started from, null for none
 * @param pendingRollback whether the interrupted move was a rollback
 * @param journal the evidence store whose journal orders the moves, null for none
 */
record AliasState(
        ModelVersion current,
        Integer recorded,
        Integer pendingTo,
        Integer pendingFrom,
        boolean pendingRollback,
        String journal) {

    private static final String BACK = ", back";
    private static final Pattern PENDING = Pattern.compile("(\\d{1,9}) from (\\d{1,9}|none)(" + BACK + ")?");

    static AliasState read(ModelRegistry registry, String model, String alias) {
        return of(
                registry.modelTags(model), alias, registry.byAlias(model, alias).orElse(null));
    }

    /** @param tags of the model @param current the version that the alias points to, null for none */
    static AliasState of(Map<String, String> tags, String alias, ModelVersion current) {
        AliasTags names = new AliasTags(alias);
        Matcher pending = PENDING.matcher(tags.getOrDefault(names.pending(), ""));
        boolean moving = pending.matches();
        return new AliasState(
                current,
                AliasTags.number(tags, names.version()),
                moving ? Integer.valueOf(pending.group(1)) : null,
                moving && !pending.group(2).equals("none") ? Integer.valueOf(pending.group(2)) : null,
                moving && pending.group(3) != null,
                tags.getOrDefault(names.journal(), "").isEmpty() ? null : tags.get(names.journal()));
    }

    static String pending(int to, Integer from, boolean rollback) {
        return to + " from " + (from == null ? "none" : from) + (rollback ? BACK : "");
    }

    Integer currentVersion() {
        return current == null ? null : current.version();
    }

    /** A move of ours set the alias and then died before it was recorded. */
    boolean isUnrecorded() {
        return pendingTo != null && pendingTo.equals(currentVersion()) && !pendingTo.equals(recorded);
    }

    /** Someone who does not keep this protocol moved or removed the alias. */
    boolean isForeign() {
        return !isUnrecorded() && recorded != null && !recorded.equals(currentVersion());
    }

    /** A writer of ours set the alias to where it is, or there is none. */
    boolean isOurs() {
        return Objects.equals(recorded, currentVersion());
    }

    /** What speaks against a move by tags alone, each half a sentence. */
    List<String> objections(String alias) {
        List<String> objections = new ArrayList<>();
        if (isForeign()) {
            objections.add(foreignMove(alias));
        }
        if (journal != null) {
            objections.add("the moves of the alias " + alias + " are ordered by the evidence store " + journal
                    + ", which was not asked or has lost them: name that store");
        }
        return objections;
    }

    String foreignMove(String alias) {
        return "the alias " + alias + " was moved by someone else, from version " + recorded
                + ", which mlops set last, to " + (current == null ? "none" : "version " + current.version());
    }
}
