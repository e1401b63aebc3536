package io.jenkins.plugins.mlops.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.training.Params;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The parameters of a training as the step keeps them: JSON, since what Groovy has in a map is not always what can be
 * persisted, compared with what Python reads, or put in a form.
 */
final class StepParams implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String json;

    private StepParams(String json) {
        this.json = json;
    }

    /** An object. */
    String json() {
        return json;
    }

    /** @throws MlopsException of kind USAGE that names what is no parameter */
    static StepParams of(Map<?, ?> groovy) {
        return of(new Params(plainMap(groovy)));
    }

    /** @throws MlopsException of kind USAGE that names line and column */
    static StepParams ofYaml(String text) {
        return of(Documents.readYaml(text, "The parameters", Params.class));
    }

    private static StepParams of(Params params) {
        return new StepParams(Documents.toJson(params));
    }

    Map<String, Object> values() {
        return Documents.readJson(json, "The parameters", Params.class).values();
    }

    /** A line for each parameter. */
    String toYaml() {
        return values().entrySet().stream()
                .map(param -> param.getKey() + ": "
                        + Documents.toJson(param.getValue()).strip().replace("\n", " "))
                .collect(Collectors.joining("\n"));
    }

    private static Map<String, Object> plainMap(Map<?, ?> map) {
        Map<String, Object> plain = new LinkedHashMap<>();
        map.forEach((name, value) -> plain.put(String.valueOf(name), plain(String.valueOf(name), value)));
        return plain;
    }

    private static Object plain(String name, Object value) {
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
            return list.stream().map(element -> plain(name, element)).collect(Collectors.toList());
        }
        if (value instanceof Map<?, ?> map) {
            return plainMap(map);
        }
        throw MlopsException.usage(
                "The parameter '" + name + "' is a " + value.getClass().getSimpleName()
                        + ": a number, a text, true or false, a list, or names with such values are wanted");
    }
}
