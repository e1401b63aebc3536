package io.jenkins.plugins.mlops.core.event;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.List;

/**
 * A pattern for names with slashes, as Ant has them: {@code ?} is one character and {@code *} any number of them within a name,
 * {@code **} any number of names; a pattern that ends in a slash means all that is below. Case counts. Takes time in proportion to
 * pattern times path, whatever stars the pattern has.
 */
public record PathPattern(String pattern) {

    /** @throws MlopsException of kind USAGE when it could match nothing */
    public PathPattern {
        if (pattern == null || pattern.isBlank() || pattern.startsWith("/")) {
            throw MlopsException.usage(
                    "'" + (pattern == null ? "" : pattern)
                            + "' is no pattern of paths: patterns begin at the root of the repository, without a slash, such as data/**");
        }
    }

    public boolean matches(String path) {
        String whole = pattern.endsWith("/") ? pattern + "**" : pattern;
        return names(List.of(whole.split("/")), List.of(path.split("/")));
    }

    /** Row by row: whether the pattern up to here matches the first n names. */
    private static boolean names(List<String> pattern, List<String> path) {
        boolean[] row = new boolean[path.size() + 1];
        row[0] = true;
        for (String part : pattern) {
            boolean[] next = new boolean[path.size() + 1];
            boolean any = part.equals("**");
            next[0] = any && row[0];
            for (int n = 1; n <= path.size(); n++) {
                next[n] = any ? row[n] || next[n - 1] : row[n - 1] && name(part, path.get(n - 1));
            }
            row = next;
        }
        return row[path.size()];
    }

    private static boolean name(String pattern, String name) {
        boolean[] row = new boolean[name.length() + 1];
        row[0] = true;
        for (int p = 0; p < pattern.length(); p++) {
            char c = pattern.charAt(p);
            boolean[] next = new boolean[name.length() + 1];
            next[0] = c == '*' && row[0];
            for (int n = 1; n <= name.length(); n++) {
                next[n] = c == '*' ? row[n] || next[n - 1] : row[n - 1] && (c == '?' || c == name.charAt(n - 1));
            }
            row = next;
        }
        return row[name.length()];
    }
}
