package io.jenkins.plugins.mlops.core.dvc;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads which outputs the files of DVC name. */
final class OutputFiles {

    private static final Pattern TEMPLATE = Pattern.compile("\\$\\{[^}]*}");

    private final RepositoryFiles files;

    OutputFiles(RepositoryFiles files) {
        this.files = files;
    }

    /** The outputs that a file names; empty when there is no such file. */
    Optional<List<NamedOutput>> of(String path) throws IOException {
        Optional<String> text = files.read(path);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Map<?, ?> document = DvcFormat.read(text.get(), path);
        return Optional.of(
                RepositoryPath.name(path).equals(DvcFormat.LOCK) ? lock(document, path) : single(document, path));
    }

    private static List<NamedOutput> single(Map<?, ?> document, String path) {
        String wdir = DvcFormat.text(document, "wdir", path);
        String directory = RepositoryPath.resolve(RepositoryPath.parent(path), wdir == null ? "." : wdir);
        List<?> dependencies = DvcFormat.list(document.get("deps"), path, "'deps'");
        boolean isImport = document.get("cmd") == null && dependencies.size() == 1;
        Map<?, ?> dependency = isImport ? DvcFormat.map(dependencies.get(0), path, "a dependency") : null;
        List<NamedOutput> found = new ArrayList<>();
        for (Object out : DvcFormat.list(document.get("outs"), path, "'outs'")) {
            Map<?, ?> keys = DvcFormat.map(out, path, "an output");
            found.add(new NamedOutput(place(directory, keys, path), path, null, keys, Map.of(), dependency));
        }
        return found;
    }

    private static String place(String directory, Map<?, ?> keys, String origin) {
        String path = DvcFormat.text(keys, "path", origin);
        if (path == null) {
            throw MlopsException.usage(origin + ": an output has no 'path'");
        }
        if (path.matches("[a-z0-9]+://.*")) {
            return path; // an external output: named when it is asked for, and refused then
        }
        return RepositoryPath.resolve(directory, path);
    }

    private List<NamedOutput> lock(Map<?, ?> document, String path) throws IOException {
        String directory = RepositoryPath.parent(path);
        Object stages =
                document.containsKey("schema") || document.containsKey("stages") ? document.get("stages") : document;
        Map<String, Map<?, ?>> options = null;
        List<NamedOutput> found = new ArrayList<>();
        for (Map.Entry<?, ?> stage : DvcFormat.map(stages == null ? Map.of() : stages, path, "'stages'")
                .entrySet()) {
            Map<?, ?> locked = DvcFormat.map(stage.getValue(), path, "the stage " + stage.getKey());
            for (Object out : DvcFormat.list(locked.get("outs"), path, "'outs'")) {
                Map<?, ?> keys = DvcFormat.map(out, path, "an output");
                if (options == null) {
                    options = options(directory);
                }
                found.add(new NamedOutput(
                        place(directory, keys, path),
                        path,
                        String.valueOf(stage.getKey()),
                        keys,
                        optionsOf(options, String.valueOf(stage.getKey()), DvcFormat.text(keys, "path", path), path),
                        null));
            }
        }
        return found;
    }

    /** By the output's path as it is written in the stage, which may be a template, after the stage's name without its item. */
    private Map<String, Map<?, ?>> options(String directory) throws IOException {
        String path = RepositoryPath.child(directory, DvcFormat.STAGES);
        Optional<String> text = files.read(path);
        if (text.isEmpty()) {
            return Map.of();
        }
        Map<String, Map<?, ?>> options = new LinkedHashMap<>();
        Object stages = DvcFormat.read(text.get(), path).get("stages");
        for (Map.Entry<?, ?> stage : DvcFormat.map(stages == null ? Map.of() : stages, path, "'stages'")
                .entrySet()) {
            Map<?, ?> body = DvcFormat.map(stage.getValue(), path, "the stage " + stage.getKey());
            if (body.get("do") instanceof Map<?, ?> repeated) {
                body = repeated;
            }
            for (String kind : new String[] {"outs", "metrics", "plots"}) {
                for (Object out : DvcFormat.list(body.get(kind), path, "'" + kind + "'")) {
                    if (out instanceof Map<?, ?> withOptions) {
                        withOptions.forEach((name, value) -> {
                            if (value instanceof Map<?, ?> given) {
                                options.put(stage.getKey() + "\n" + name, given);
                            }
                        });
                    }
                }
            }
        }
        return options;
    }

    private static Map<?, ?> optionsOf(Map<String, Map<?, ?>> options, String stage, String path, String origin) {
        int item = stage.indexOf('@');
        String prefix = (item < 0 ? stage : stage.substring(0, item)) + "\n";
        Map<?, ?> literal = options.get(prefix + path);
        if (literal != null) {
            return literal;
        }
        List<Map<?, ?>> fitting = new ArrayList<>();
        options.forEach((key, value) -> {
            if (key.startsWith(prefix) && fits(key.substring(prefix.length()), path)) {
                fitting.add(value);
            }
        });
        if (fitting.stream().distinct().count() > 1) {
            throw MlopsException.usage(
                    "It cannot be told which options of " + DvcFormat.STAGES + " the output " + path + " of the stage "
                            + stage + " (" + origin + ") has: several templates fit; give them the same options");
        }
        return fitting.isEmpty() ? Map.of() : fitting.get(0);
    }

    private static boolean fits(String template, String path) {
        StringBuilder pattern = new StringBuilder();
        int end = 0;
        var matcher = TEMPLATE.matcher(template);
        while (matcher.find()) {
            pattern.append(Pattern.quote(template.substring(end, matcher.start())))
                    .append(".+");
            end = matcher.end();
        }
        return end > 0
                && path.matches(
                        pattern.append(Pattern.quote(template.substring(end))).toString());
    }
}
