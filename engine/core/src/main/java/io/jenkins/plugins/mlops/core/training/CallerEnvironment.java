package io.jenkins.plugins.mlops.core.training;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which of the caller's variables a command sees. A list of what is allowed, so that no credential of the caller, above all
 * the object store's, reaches training code or what it prints.
 */
final class CallerEnvironment {

    private static final Set<String> NAMES = Set.of("PATH", "HOME", "LANG", "TMPDIR", "TZ", "LD_LIBRARY_PATH");
    private static final Set<String> PREFIXES = Set.of("LC_", "CUDA_", "NVIDIA_");

    private CallerEnvironment() {}

    static Map<String, String> allowed(Map<String, String> caller) {
        Map<String, String> allowed = new TreeMap<>(caller);
        allowed.keySet()
                .removeIf(name -> !NAMES.contains(name) && PREFIXES.stream().noneMatch(name::startsWith));
        return allowed;
    }
}
