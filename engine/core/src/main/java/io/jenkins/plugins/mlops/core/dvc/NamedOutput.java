package io.jenkins.plugins.mlops.core.dvc;

import java.util.Map;

/**
 * What a file of DVC says of one output.
 *
 * @param path from the root of the repository on
 * @param origin the file that names it, from the root on
 * @param stage name of the stage in {@code dvc.lock}; null in a {@code .dvc} file
 * @param keys what stands there
 * @param options what {@code dvc.yaml} says of it besides; empty in a {@code .dvc} file, whose keys say all
 * @param dependency of an import; null for others
 */
record NamedOutput(String path, String origin, String stage, Map<?, ?> keys, Map<?, ?> options, Map<?, ?> dependency) {

    String option(String key) {
        String own = DvcFormat.text(keys, key, origin);
        return own != null ? own : DvcFormat.text(options, key, origin);
    }

    boolean flag(String key, boolean absent) {
        String text = option(key);
        return text == null ? absent : text.equalsIgnoreCase("true");
    }
}
