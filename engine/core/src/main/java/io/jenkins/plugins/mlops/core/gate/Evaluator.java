package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What measured a model, in the free names and values of an evaluation record; those below tell evaluators apart. Immutable.
 *
 * @param facts by name
 */
public record Evaluator(Map<String, String> facts) {

    /** The container image by digest, {@code repository@sha256:...} or the digest alone. */
    public static final String IMAGE = "image";

    /** Digest of the list of what was installed, where there was no image. */
    public static final String ENVIRONMENT = "environment";

    /** Program and arguments. */
    public static final String COMMAND = "command";

    /** The Git commit of the evaluation code. */
    public static final String COMMIT = "commit";

    /** How many files of the work tree differed from the commit; absent when none did. */
    public static final String CHANGES = "changes";

    /** Digest of the parameters that the evaluation was given; absent without. */
    public static final String PARAMS = "params";

    /** What the evaluation seeded its random numbers with; two evaluators of different seeds are one. */
    public static final String SEED = "seed";

    static final Evaluator UNKNOWN = new Evaluator(Map.of());

    private static final int SHOWN = 60;

    public Evaluator {
        facts = Collections.unmodifiableMap(new TreeMap<>(facts));
    }

    /** How much of two evaluators must agree for their numbers to be compared. */
    public enum Policy {
        /** Image, or else environment, command and parameters, where both sides name them. */
        SAME,
        /** All of those and the commit, and both sides must name them. */
        EXACT,
        /** Nothing. */
        ANY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether the record says all by which an evaluation can be repeated. */
    public boolean isIdentified() {
        return unidentified().isEmpty();
    }

    /** What is missing for the evaluation to be repeatable, as a clause; empty when nothing is. */
    public Optional<String> unidentified() {
        if (!facts.containsKey(IMAGE) && !facts.containsKey(ENVIRONMENT)) {
            return Optional.of("neither its image nor its environment is known");
        }
        if (!facts.containsKey(COMMAND)) {
            return Optional.of("its command is not known");
        }
        if (!facts.containsKey(COMMIT)) {
            return Optional.of("its commit is not known");
        }
        return facts.containsKey(CHANGES) ? Optional.of("its work tree differed from its commit") : Optional.empty();
    }

    /** Why numbers of the two are not comparable, as a clause; empty when they are. */
    Optional<String> obstacle(Evaluator other, String otherName, Policy policy) {
        if (policy == Policy.ANY) {
            return Optional.empty();
        }
        if (policy == Policy.EXACT) {
            Optional<String> unknown = unidentified()
                    .map(why -> "the candidate's evaluator is not known exactly, since " + why)
                    .or(() -> other.unidentified()
                            .map(why -> otherName + "'s evaluator is not known exactly, since " + why));
            if (unknown.isPresent()) {
                return unknown;
            }
        }
        return difference(other, policy == Policy.EXACT)
                .map(
                        name -> "the candidate was evaluated with " + shown(name) + ", " + otherName + " with "
                                + other.shown(name)
                                + " ('mlops evaluate' measures both with one evaluator, 'evaluator: any' compares all the same)");
    }

    /** What tells the two apart although they are compared, as a clause; empty when nothing does. */
    Optional<String> difference(Evaluator other) {
        return difference(other, true).map(name -> shown(name) + " and " + other.shown(name));
    }

    /** The first name whose values differ. */
    private Optional<String> difference(Evaluator other, boolean commits) {
        boolean images = facts.containsKey(IMAGE) && other.facts.containsKey(IMAGE);
        List<String> names = commits
                ? List.of(images ? IMAGE : ENVIRONMENT, COMMAND, PARAMS, COMMIT)
                : List.of(images ? IMAGE : ENVIRONMENT, COMMAND, PARAMS);
        return names.stream().filter(name -> differs(name, other)).findFirst();
    }

    private boolean differs(String name, Evaluator other) {
        String mine = facts.get(name);
        String theirs = other.facts.get(name);
        if (mine == null || theirs == null) {
            // without parameters is known to be without them when the rest is known
            return name.equals(PARAMS) && (mine != null || theirs != null) && isIdentified() && other.isIdentified();
        }
        return switch (name) {
            case IMAGE -> !digestOf(mine).equals(digestOf(theirs));
            case COMMAND -> !withoutDirectory(mine).equals(withoutDirectory(theirs));
            default -> !mine.equals(theirs);
        };
    }

    /** The same image may come from several repositories. */
    private static String digestOf(String image) {
        return image.substring(image.indexOf('@') + 1);
    }

    /** The same program may lie elsewhere on another machine; image or environment say which it is. */
    private static String withoutDirectory(String command) {
        int end = command.indexOf(' ');
        String program = end < 0 ? command : command.substring(0, end);
        return program.substring(program.lastIndexOf('/') + 1) + (end < 0 ? "" : command.substring(end));
    }

    private String shown(String name) {
        String value = facts.get(name);
        if (value == null) {
            return "no " + name;
        }
        String text = PrintableText.of(value);
        return "the " + name + " " + (text.length() > SHOWN ? text.substring(0, SHOWN) + "\u2026" : text);
    }
}
