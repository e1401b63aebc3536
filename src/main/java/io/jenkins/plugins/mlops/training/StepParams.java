package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.training.Params;
import io.jenkins.plugins.mlops.core.training.SensitiveParams;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The parameters of a training as the step keeps them: JSON, since what Groovy has in a map is not always what can be
 * persisted, compared with what Python reads, or put in a form.
 */
final class StepParams implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String json;

    /** Paths of those that are passwords in Groovy already. */
    private final TreeSet<String> passwords;

    private StepParams(String json, Set<String> passwords) {
        this.json = json;
        this.passwords = new TreeSet<>(passwords);
    }

    /** An object. */
    String json() {
        return json;
    }

    /** @throws MlopsException of kind USAGE that names what is no parameter */
    static StepParams of(Map<?, ?> groovy) {
        Set<String> passwords = new TreeSet<>();
        return of(new Params(plainMap("", groovy, passwords)), passwords);
    }

    /** @throws MlopsException of kind USAGE that names line and column */
    static StepParams ofYaml(String text) {
        return of(Documents.readYaml(text, "The parameters", Params.class), Set.of());
    }

    private static StepParams of(Params params, Set<String> passwords) {
        return new StepParams(Documents.toJson(params), passwords);
    }

    Map<String, Object> values() {
        return params().values();
    }

    private Params params() {
        return Documents.readJson(json, "The parameters", Params.class);
    }

    /**
     * Those whose values nobody may read.
     *
     * @param paths null for none
     * @throws MlopsException of kind USAGE when one is not there or cannot be kept, or a password is not among them
     */
    SensitiveParams sensitive(@CheckForNull Collection<String> paths) {
        Collection<String> named = paths == null ? List.of() : paths;
        for (String password : passwords) {
            if (!named.contains(password)) {
                throw MlopsException.usage(
                        "The parameter '" + password + "' is a password: name it in 'sensitive', so that"
                                + " it goes to the code without being recorded");
            }
        }
        return SensitiveParams.of(params(), named);
    }

    /** All but those, for everyone to see; null when none are left. */
    @CheckForNull
    StepParams without(SensitiveParams sensitive) {
        if (sensitive.values().isEmpty()) {
            return this;
        }
        Params open = params().without(sensitive.values().keySet());
        return open.values().isEmpty() ? null : of(open, Set.of());
    }

    /** A line for each parameter. */
    String toYaml() {
        return values().entrySet().stream()
                .map(param -> param.getKey() + ": "
                        + Documents.toJson(param.getValue()).strip().replace("\n", " "))
                .collect(Collectors.joining("\n"));
    }

    private static Map<String, Object> plainMap(String prefix, Map<?, ?> map, Set<String> passwords) {
        Map<String, Object> plain = new LinkedHashMap<>();
        map.forEach((name, value) -> plain.put(String.valueOf(name), plain(prefix + name, value, passwords)));
        return plain;
    }

    private static Object plain(String name, Object value, Set<String> passwords) {
        if (value instanceof Secret secret) {
            passwords.add(name);
            return secret.getPlainText();
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.doubleValue();
        }
        if (value instanceof Float single) {
            return Double.valueOf(single.toString());
        }
        if (value == null || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof CharSequence) {
            return value.toString();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(element -> plain(name, element, passwords)).collect(Collectors.toList());
        }
        if (value instanceof Map<?, ?> map) {
            return plainMap(name + ".", map, passwords);
        }
        throw MlopsException.usage(
                "The parameter '" + name + "' is a " + value.getClass().getSimpleName()
                        + ": a number, a text, true or false, a list, or names with such values are wanted");
    }
}
