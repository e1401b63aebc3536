package io.jenkins.plugins.mlops.core.registry;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tags by which promotions of one alias are kept in the registry; {@code docs/models.md} lists them. MLflow cannot remove
 * a value's history, so an empty value stands for none.
 */
record AliasTags(String alias) {

    private static final Pattern VERSION = Pattern.compile("mlops\\.alias\\.(.+)\\.version");

    /** The alias whose last version this tag of a model keeps, or null when it is another tag. */
    static String aliasOf(String tag) {
        Matcher matcher = VERSION.matcher(tag);
        return matcher.matches() ? matcher.group(1) : null;
    }

    /** On the model: the version that a writer of ours set last. */
    String version() {
        return model("version");
    }

    /** On the model: the version before that one. */
    String previous() {
        return model("previous");
    }

    /** On the model: a move under way, as {@code 3 from 2} or {@code 2 from 3, back}; empty when none is. */
    String pending() {
        return model("pending");
    }

    /** On the model: the evidence store whose journal orders the moves; absent or empty when none does. */
    String journal() {
        return model("journal");
    }

    /** On the model: the number of the last round in that journal that was carried out. */
    String round() {
        return model("round");
    }

    /** On a version: who let it through last. */
    String by() {
        return promotion("by");
    }

    String at() {
        return promotion("at");
    }

    String why() {
        return promotion("why");
    }

    /** On a version: the one that it replaced, to which a rollback returns. */
    String replaced() {
        return promotion("previous");
    }

    /** On a version: the gate report's digest. */
    String gate() {
        return promotion("gate");
    }

    /** On a version: the refusals that were overridden. */
    String override() {
        return promotion("override");
    }

    /** On a version that was rolled back from. */
    String rollback(String what) {
        return "mlops.rollback." + alias + "." + what;
    }

    static Integer number(Map<String, String> tags, String key) {
        String value = tags.get(key);
        return value == null || !value.matches("[1-9][0-9]{0,8}") ? null : Integer.valueOf(value);
    }

    private String model(String what) {
        return "mlops.alias." + alias + "." + what;
    }

    private String promotion(String what) {
        return "mlops.promotion." + alias + "." + what;
    }
}
