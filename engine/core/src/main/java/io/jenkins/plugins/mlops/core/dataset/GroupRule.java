package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.GuardedMatch;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Says from a file's path which group it is in: a regular expression is looked for in the path, and what its first pair of
 * parentheses found is the group. A file in whose path it is not found is in none. Thread-safe.
 */
public final class GroupRule {

    /** No file is in a group. */
    public static final GroupRule NONE = new GroupRule(null);

    private final Pattern pattern;

    private GroupRule(Pattern pattern) {
        this.pattern = pattern;
    }

    /** @throws MlopsException of kind USAGE when it is no regular expression with a pair of parentheses */
    public static GroupRule parse(String expression) {
        try {
            Pattern pattern = Pattern.compile(expression);
            if (pattern.matcher("").groupCount() < 1) {
                throw MlopsException.usage("'" + expression + "' names no group: put what is the group's name into"
                        + " parentheses, such as '^([^/]+)/' for the first directory");
            }
            return new GroupRule(pattern);
        } catch (PatternSyntaxException e) {
            throw MlopsException.usage(
                    "'" + expression + "' is no regular expression: " + e.getDescription() + " at " + e.getIndex(), e);
        }
    }

    /** The group of a file by its path; null for none. */
    public String group(String path) {
        if (pattern == null) {
            return null;
        }
        Matcher found = GuardedMatch.find(pattern, path);
        String group = found == null ? null : found.group(1);
        return group == null || group.isBlank() ? null : group;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GroupRule that && Objects.equals(toString(), that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return pattern == null ? "none" : pattern.pattern();
    }
}
