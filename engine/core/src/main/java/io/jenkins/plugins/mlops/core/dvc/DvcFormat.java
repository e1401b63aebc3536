package io.jenkins.plugins.mlops.core.dvc;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads the YAML that DVC writes. Every scalar is a text: DVC writes YAML 1.2, in which a file may be called {@code no} or
 * {@code 1_000} without quotes.
 */
final class DvcFormat {

    static final String SUFFIX = ".dvc";
    static final String LOCK = "dvc.lock";
    static final String STAGES = "dvc.yaml";

    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

    private DvcFormat() {}

    static boolean isDvcFile(String name) {
        return name.equals(LOCK) || name.endsWith(SUFFIX) && name.length() > SUFFIX.length();
    }

    static MlopsException link(String path) {
        return MlopsException.refused("The file " + path
                + " of the repository is a symbolic link, which could lead anywhere:" + " put the file itself there");
    }

    static MlopsException tooLong(String path) {
        return MlopsException.usage("The file " + path + " of the repository is longer than anything that DVC writes");
    }

    /**
     * A document whose root is a set of keys.
     *
     * @param origin what an error calls it
     */
    static Map<?, ?> read(String text, String origin) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(RepositoryFiles.MAX_BYTES);
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(50);
        Object document;
        try {
            document = new Yaml(
                            new SafeConstructor(options),
                            new Representer(new DumperOptions()),
                            new DumperOptions(),
                            options,
                            new Texts())
                    .load(text);
        } catch (MarkedYAMLException e) {
            throw MlopsException.usage(
                    origin
                            + (e.getProblemMark() == null
                                    ? ""
                                    : ", line " + (e.getProblemMark().getLine() + 1)) + ": " + e.getProblem(),
                    e);
        } catch (YAMLException e) {
            throw MlopsException.usage(origin + " is no YAML: " + e.getMessage(), e);
        }
        return map(document == null ? Map.of() : document, origin, "the document");
    }

    private static final class Texts extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            // none: all scalars stay texts
        }
    }

    static Map<?, ?> map(Object value, String origin, String what) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw MlopsException.usage(origin + ": " + what + " is no set of keys");
    }

    static List<?> list(Object value, String origin, String what) {
        if (value == null || "".equals(value)) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw MlopsException.usage(origin + ": " + what + " is no list");
    }

    /** Null when the key is absent or has no value. */
    static String text(Map<?, ?> map, String key, String origin) {
        Object value = map.get(key);
        if (value == null || value instanceof String text && text.isEmpty()) {
            return null;
        }
        if (value instanceof String text) {
            return text;
        }
        throw MlopsException.usage(origin + ": '" + key + "' is no text");
    }

    /** -1 when the key is absent. */
    static long number(Map<?, ?> map, String key, String origin) {
        String text = text(map, key, origin);
        try {
            return text == null ? -1 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw MlopsException.usage(origin + ": '" + key + "' is '" + text + "', no number", e);
        }
    }

    /** Of YAML 1.2; the default when the key is absent. */
    static boolean flag(Map<?, ?> map, String key, boolean absent, String origin) {
        String text = text(map, key, origin);
        return text == null ? absent : text.equalsIgnoreCase("true");
    }

    static String md5(String text, String origin) {
        if (!MD5.matcher(Objects.requireNonNullElse(text, "")).matches()) {
            throw MlopsException.usage(origin + ": '" + text + "' is no MD5");
        }
        return text;
    }
}
