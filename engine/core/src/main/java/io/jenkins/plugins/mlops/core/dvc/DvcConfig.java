package io.jenkins.plugins.mlops.core.dvc;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code .dvc/config} and {@code .dvc/config.local} say. A branch may write anything into them, so nothing but names and
 * addresses is taken from them: never credentials, commands or certificates.
 */
final class DvcConfig {

    /** {@code [core]}, <code>['remote "name"']</code>. */
    private static final Pattern SECTION =
            Pattern.compile("\\[\\s*(?:'([^']*)'|\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\]'\"]*))\\s*\\]");

    private static final Pattern REMOTE = Pattern.compile("remote\\s+\"(.*)\"");

    private final Map<String, Map<String, String>> sections = new LinkedHashMap<>();

    private DvcConfig() {}

    /**
     * Later texts win over earlier ones, key by key.
     *
     * @param texts by what an error calls them
     */
    static DvcConfig of(Map<String, String> texts) {
        DvcConfig config = new DvcConfig();
        texts.forEach((origin, text) -> config.add(text, origin));
        return config;
    }

    private void add(String text, String origin) {
        Map<String, String> section = null;
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            if (line.startsWith("[")) {
                Matcher matcher = SECTION.matcher(line.replaceFirst("\\s+[#;].*$", ""));
                if (!matcher.matches()) {
                    throw MlopsException.usage(origin + ", line " + number + ": no section of DVC's configuration");
                }
                String name = matcher.group(1) != null
                        ? matcher.group(1)
                        : matcher.group(2) != null ? matcher.group(2).replace("\\\"", "\"") : matcher.group(3);
                section = sections.computeIfAbsent(name.strip(), key -> new LinkedHashMap<>());
                continue;
            }
            int equals = line.indexOf('=');
            if (section == null || equals < 1) {
                throw MlopsException.usage(origin + ", line " + number + ": 'key = value' in a section is wanted");
            }
            section.put(
                    line.substring(0, equals).strip().toLowerCase(Locale.ROOT),
                    value(line.substring(equals + 1).strip()));
        }
    }

    /** Without quotes, or without a comment. */
    private static String value(String text) {
        if (text.length() > 1) {
            char quote = text.charAt(0);
            int end = text.indexOf(quote, 1);
            if ((quote == '"' || quote == '\'') && end > 0) {
                return text.substring(1, end);
            }
        }
        return text.replaceFirst("\\s+[#;].*$", "");
    }

    Optional<String> get(String section, String key) {
        return Optional.ofNullable(sections.getOrDefault(section, Map.of()).get(key))
                .filter(value -> !value.isEmpty());
    }

    /** The remote that outputs have which name none. */
    Optional<String> defaultRemote() {
        return get("core", "remote");
    }

    Set<String> remotes() {
        Set<String> names = new TreeSet<>();
        sections.keySet().forEach(section -> {
            Matcher matcher = REMOTE.matcher(section);
            if (matcher.matches()) {
                names.add(matcher.group(1));
            }
        });
        return names;
    }

    Optional<String> ofRemote(String remote, String key) {
        return get("remote \"" + remote + "\"", key);
    }
}
