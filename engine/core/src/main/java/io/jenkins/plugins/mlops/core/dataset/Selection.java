package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * Which files of a dataset are wanted. The choice depends on the paths alone, so it is the same everywhere, and a sample of a
 * later version overlaps with that of an earlier one.
 *
 * @param include globs of which one must match; none for all. A glob without a slash matches a file's name, one with a slash
 *     its whole path; {@code *} stays within a name, {@code **} does not
 * @param sample how many files at most, those whose paths have the smallest SHA-256; 0 for all
 */
public record Selection(
        @JsonProperty(required = true) List<String> include,
        @JsonProperty(required = true) int sample) {

    public static final Selection ALL = new Selection(List.of(), 0);

    public Selection {
        include = include == null ? List.of() : List.copyOf(include);
        include.forEach(Selection::matcher);
        if (sample < 0) {
            throw MlopsException.usage("The sample has " + sample + " files: 1 or more are possible");
        }
    }

    /** Whether nothing is left out. */
    @JsonIgnore
    public boolean isAll() {
        return include.isEmpty() && sample == 0;
    }

    /** The wanted among these paths. */
    Set<String> of(List<String> paths) {
        List<PathMatcher> matchers = include.stream().map(Selection::matcher).toList();
        List<String> included = matchers.isEmpty()
                ? paths
                : paths.stream()
                        .filter(path -> {
                            Path asPath = Path.of(path);
                            return matchers.stream().anyMatch(matcher -> matcher.matches(asPath));
                        })
                        .toList();
        if (sample == 0 || included.size() <= sample) {
            return new HashSet<>(included);
        }
        return included.stream()
                .map(path -> new Drawn(Digest.of(path), path))
                .sorted(Comparator.comparing(Drawn::rank))
                .limit(sample)
                .map(Drawn::path)
                .collect(Collectors.toSet());
    }

    private record Drawn(Digest rank, String path) {}

    private static PathMatcher matcher(String glob) {
        try {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
            return glob.contains("/") ? matcher : path -> matcher.matches(path.getFileName());
        } catch (PatternSyntaxException e) {
            throw MlopsException.usage("'" + glob + "' is no glob: " + e.getDescription(), e);
        }
    }
}
