package io.jenkins.plugins.mlops.core.training;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The parameters of a training: names with numbers, texts, true or false, lists, or further names. Numbers are finite.
 *
 * @param values as the training code gets them in {@code MLOPS_PARAMS_FILE}
 */
public record Params(@JsonValue Map<String, Object> values) {

    public static final Params NONE = new Params(Map.of());

    /** A parameter of this name would clash with the seed in MLflow. */
    private static final String SEED = "seed";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,100}");
    private static final int DOUBLE_DIGITS = 17;

    /** @throws MlopsException of kind USAGE that names the wrong one */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Params {
        check("", values);
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * These parameters with another value for one of them, which need not be there yet.
     *
     * @param path a name, or names with dots between them for a nested one
     */
    public Params with(String path, Object value) {
        return new Params(with(values, path, path, value));
    }

    private static Map<String, Object> with(Map<?, ?> level, String path, String rest, Object value) {
        Map<String, Object> changed = copy(level);
        int dot = rest.indexOf('.');
        if (dot < 0) {
            changed.put(rest, value);
            return changed;
        }
        String name = rest.substring(0, dot);
        Object below = changed.getOrDefault(name, Map.of());
        if (!(below instanceof Map<?, ?> nested)) {
            throw MlopsException.usage("The parameter '" + path + "' cannot be set: '" + name + "' is a single value");
        }
        changed.put(name, with(nested, path, rest.substring(dot + 1), value));
        return changed;
    }

    /** The value at a path, as {@link #with} names it; null when there is none. */
    public Object at(String path) {
        Object found = values;
        for (String name : path.split("\\.", -1)) {
            found = found instanceof Map<?, ?> level ? level.get(name) : null;
        }
        return found;
    }

    /** These parameters without some, and without the names above them that nothing is left below. */
    public Params without(Collection<String> paths) {
        Map<String, Object> left = copy(values);
        paths.forEach(path -> remove(left, path));
        return new Params(left);
    }

    private static void remove(Map<String, Object> level, String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            level.remove(path);
            return;
        }
        String name = path.substring(0, dot);
        if (level.get(name) instanceof Map<?, ?> nested) {
            Map<String, Object> below = copy(nested);
            remove(below, path.substring(dot + 1));
            if (below.isEmpty()) {
                level.remove(name);
            } else {
                level.put(name, below);
            }
        }
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }

    /**
     * The parameters for MLflow: nested names joined by dots, values as Python's {@code str} writes them. Training code that
     * logs what it read from the file then logs the same texts; MLflow refuses a parameter that changes.
     */
    public SortedMap<String, String> flat() {
        SortedMap<String, String> flat = new TreeMap<>();
        flatten("", values, flat);
        return flat;
    }

    /**
     * As {@link #flat}, with the seed among them.
     *
     * @param seed null for none
     */
    public SortedMap<String, String> flatWithSeed(Long seed) {
        SortedMap<String, String> flat = flat();
        if (seed != null) {
            flat.put(SEED, seed.toString());
        }
        return flat;
    }

    /** @throws MlopsException of kind USAGE when the seed stands among the parameters */
    public Params requireNoSeed() {
        if (values.containsKey(SEED)) {
            throw MlopsException.usage("params.seed is refused: the seed has a key of its own, 'seed' beside 'params'");
        }
        return this;
    }

    private static void flatten(String prefix, Map<?, ?> level, Map<String, String> into) {
        level.forEach((name, value) -> {
            if (value instanceof Map<?, ?> nested && !nested.isEmpty()) {
                flatten(prefix + name + ".", nested, into);
            } else {
                into.put(prefix + name, value instanceof String text ? text : python(value));
            }
        });
    }

    private static String python(Object value) {
        if (value == null) {
            return "None";
        }
        if (value instanceof Boolean flag) {
            return flag ? "True" : "False";
        }
        if (value instanceof Double || value instanceof Float) {
            return pythonFloat(((Number) value).doubleValue());
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Params::python).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> python(entry.getKey()) + ": " + python(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return value instanceof String text ? "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'" : "" + value;
    }

    /** Python's repr: the fewest digits that read back as the same number, with an exponent below 1e-4 and from 1e16 on. */
    private static String pythonFloat(double value) {
        BigDecimal exact = new BigDecimal(value);
        BigDecimal shortest = exact;
        for (int digits = 1; digits <= DOUBLE_DIGITS; digits++) {
            shortest = exact.round(new MathContext(digits)).stripTrailingZeros();
            if (shortest.doubleValue() == value) {
                break;
            }
        }
        if (shortest.signum() == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        BigDecimal mantissa = shortest.movePointLeft(exponent);
        return mantissa.toPlainString() + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    private static void check(String prefix, Map<?, ?> level) {
        level.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (!NAME.matcher(name).matches()) {
                throw MlopsException.usage(
                        "The parameter name '" + prefix + name
                                + "' is refused: up to 100 letters, digits, '_' and '-' are wanted, dots stand between nested names");
            }
            checkValue(prefix + name, value);
        });
    }

    private static void checkValue(String path, Object value) {
        if (value instanceof Map<?, ?> nested) {
            check(path + ".", nested);
        } else if (value instanceof List<?> list) {
            list.forEach(element -> checkValue(path, element));
        } else if (value instanceof Double number && !Double.isFinite(number)) {
            throw MlopsException.usage("The parameter '" + path + "' is " + number + ": a finite number is wanted");
        }
    }
}
