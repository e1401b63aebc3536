package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;

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

    /** The wanted among these entries, in their order. */
    List<Manifest.Entry> of(List<Manifest.Entry> entries) throws IOException {
        if (isAll()) {
            return entries;
        }
        List<PathMatcher> matchers = include.stream().map(Selection::matcher).toList();
        Predicate<String> included = path -> {
            Path asPath = Path.of(path);
            return matchers.isEmpty() || matchers.stream().anyMatch(matcher -> matcher.matches(asPath));
        };
        Digest last = sample == 0 ? null : lastDrawn(entries, included);
        try (PackedEntries.Builder wanted = new PackedEntries.Builder()) {
            for (Manifest.Entry entry : entries) {
                if (included.test(entry.path())
                        && (last == null || Digest.of(entry.path()).compareTo(last) <= 0)) {
                    wanted.add(entry);
                }
            }
            return wanted.finish();
        }
    }

    /** The largest digest of a path that is still drawn; null when all are. */
    private Digest lastDrawn(List<Manifest.Entry> entries, Predicate<String> included) {
        PriorityQueue<Digest> drawn = new PriorityQueue<>(Comparator.reverseOrder());
        for (Manifest.Entry entry : entries) {
            if (included.test(entry.path())) {
                drawn.add(Digest.of(entry.path()));
                if (drawn.size() > sample) {
                    drawn.remove();
                }
            }
        }
        return drawn.peek();
    }

    private static PathMatcher matcher(String glob) {
        try {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
            return glob.contains("/") ? matcher : path -> matcher.matches(path.getFileName());
        } catch (PatternSyntaxException e) {
            throw MlopsException.usage("'" + glob + "' is no glob: " + e.getDescription(), e);
        }
    }
}
