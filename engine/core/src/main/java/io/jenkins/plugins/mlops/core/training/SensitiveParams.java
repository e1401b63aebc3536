package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Parameters of a training whose values nobody may read but its code, which gets each as a variable of its own: they are in no file, no
 * log, not in MLflow and not in lineage. Their names are no secret.
 *
 * @param values by path, dots between nested names
 */
public record SensitiveParams(SortedMap<String, String> values) {

    public static final SensitiveParams NONE = new SensitiveParams(new TreeMap<>());

    /** What the names of their variables begin with. */
    public static final String VARIABLES = "MLOPS_SECRET_";

    /** A shorter one stands in too many lines that have nothing to do with it to be masked there. */
    private static final int SHORTEST = 6;

    /** @throws MlopsException of kind USAGE when one is too short to be kept out of logs, or two would have one variable; no value is named */
    public SensitiveParams {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
        Map<String, String> variables = new TreeMap<>();
        values.forEach((path, value) -> {
            if (value.length() < SHORTEST) {
                throw MlopsException.usage("The sensitive parameter '" + path + "' is shorter than " + SHORTEST
                        + " characters: it could not be masked in logs");
            }
            String other = variables.put(variable(path), path);
            if (other != null) {
                throw MlopsException.usage("The sensitive parameters '" + other + "' and '" + path
                        + "' would both be the variable " + variable(path) + ": rename one");
            }
        });
    }

    /**
     * Takes them out of all parameters.
     *
     * @param paths of single values in {@code all}
     * @throws MlopsException of kind USAGE when one is not there, is no single value, or cannot be kept secret
     */
    public static SensitiveParams of(Params all, Collection<String> paths) {
        SortedMap<String, String> values = new TreeMap<>();
        for (String path : paths) {
            Object value = all.at(path);
            if (value == null || value instanceof Map || value instanceof List) {
                throw MlopsException.usage(
                        "The sensitive parameter '" + path
                                + "' is no single value of 'params': name one that has a text or number, with dots between nested names");
            }
            values.put(path, value.toString());
        }
        return new SensitiveParams(values);
    }

    /** The variable of a parameter: {@code db.password} is {@code MLOPS_SECRET_DB_PASSWORD}. */
    public static String variable(String path) {
        return VARIABLES + path.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** What the code is given: the values by variable. */
    public SortedMap<String, String> variables() {
        SortedMap<String, String> variables = new TreeMap<>();
        values.forEach((path, value) -> variables.put(variable(path), value));
        return variables;
    }

    /** For lineage; null when there are none. */
    public List<String> recorded() {
        return values.isEmpty() ? null : List.copyOf(values.keySet());
    }

    /** Names alone. */
    @Override
    public String toString() {
        return values.keySet().toString();
    }
}
