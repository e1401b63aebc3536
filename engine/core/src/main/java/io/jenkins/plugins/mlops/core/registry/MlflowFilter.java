package io.jenkins.plugins.mlops.core.registry;

import java.util.regex.Pattern;

/** Conditions in MLflow's filter language, which knows no escape inside quotes. */
final class MlflowFilter {

    /** What would end the quotes, and what a database may read as an escape or as a set of characters in a pattern. */
    private static final Pattern UNQUOTABLE = Pattern.compile("['\\\\]");

    private static final Pattern UNPATTERNED = Pattern.compile("['\\\\\\[]");

    private MlflowFilter() {}

    /**
     * A condition that holds for what equals the value. Where the value cannot stand in quotes it also holds for what differs
     * from it in those characters or in case, so who asks compares once more.
     */
    static String covering(String column, String value) {
        return UNQUOTABLE.matcher(value).find()
                ? column + " LIKE '" + UNPATTERNED.matcher(value).replaceAll("_") + "'"
                : column + " = '" + value + "'";
    }
}
