package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What MLflow takes, checked before anything is sent: past some of these limits it truncates or changes a value silently.
 * Measured on MLflow 3.17.
 */
final class MlflowLimits {

    static final int BATCH = 100;
    static final int METRIC_BATCH = 1000;
    private static final int KEY = 250;
    private static final int PARAM_VALUE = 6000;
    private static final int TAG_VALUE = 8000;
    private static final int ALIAS = 255;
    /** MLflow stores an infinite metric as this, silently. */
    private static final double INFINITE = 1e308;

    private static final Pattern KEY_FORM = Pattern.compile("[\\p{L}\\p{N}_.:/ -]+");
    private static final Pattern ALIAS_FORM = Pattern.compile("[\\p{L}\\p{N}_-]+");
    private static final Pattern VERSION_LIKE = Pattern.compile("[vV]\\d+");

    private MlflowLimits() {}

    static void model(String name) {
        if (name.isBlank()
                || name.contains("/")
                || name.contains(":")
                || name.chars().anyMatch(c -> c < ' ')) {
            throw MlopsException.usage("'" + printable(name)
                    + "' is no name for a model: it must not be blank nor have '/', ':' or control characters");
        }
    }

    static void alias(String alias) {
        if (!ALIAS_FORM.matcher(alias).matches()
                || alias.length() > ALIAS
                || VERSION_LIKE.matcher(alias).matches()
                || alias.equalsIgnoreCase("latest")) {
            throw MlopsException.usage(
                    "'" + printable(alias) + "' is no alias: letters, digits, '_' and '-' are wanted, at most " + ALIAS
                            + ", and neither 'latest' nor the form 'v1'");
        }
    }

    static boolean isKey(String key) {
        return key.length() <= KEY
                && KEY_FORM.matcher(key).matches()
                && !key.startsWith("/")
                && !key.endsWith("/")
                && !key.contains("//")
                && !("/" + key + "/").contains("/../")
                && !("/" + key + "/").contains("/./");
    }

    static void tags(Map<String, String> tags) {
        tags.forEach((key, value) -> check("tag", key, value, TAG_VALUE));
    }

    static void params(Map<String, String> params) {
        params.forEach((key, value) -> check("parameter", key, value, PARAM_VALUE));
    }

    static void metrics(Map<String, Double> metrics) {
        metrics.forEach((key, value) -> {
            key("metric", key);
            if (value == null || !Double.isFinite(value) || Math.abs(value) >= INFINITE) {
                throw MlopsException.usage("The metric '" + key + "' is " + value
                        + ", which MLflow would store as another number: only finite numbers are sent");
            }
        });
    }

    private static void check(String what, String key, String value, int limit) {
        key(what, key);
        if (value.length() > limit) {
            throw MlopsException.usage("The " + what + " '" + key + "' has " + value.length()
                    + " characters, and MLflow keeps " + limit + ": shorten it");
        }
    }

    private static void key(String what, String key) {
        if (!isKey(key)) {
            throw MlopsException.usage("'" + printable(key) + "' is no name for a " + what
                    + " in MLflow: letters, digits, '_', '-', '.', ':'," + " '/' and blanks are wanted, at most "
                    + KEY);
        }
    }

    private static String printable(String text) {
        String shown = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
