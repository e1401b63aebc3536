package io.jenkins.plugins.mlops.core.inspection;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Counts findings and keeps the first few of each kind, by path, in whatever order they are told. Thread-safe. */
final class FindingLog {

    /** Of each kind. */
    static final int EXAMPLES = 1000;

    private static final int MAX_PROBLEM = 300;
    private static final Comparator<Finding.Example> ORDER =
            Comparator.comparing(Finding.Example::path).thenComparing(Finding.Example::problem);

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final Map<Kind, TreeSet<Finding.Example>> examples = new EnumMap<>(Kind.class);

    void add(Kind kind, String path, String problem) {
        count(kind, 1);
        example(kind, path, problem);
    }

    synchronized void count(Kind kind, long more) {
        counts.merge(kind, more, Long::sum);
    }

    /** Shows one that {@link #count} has counted. */
    synchronized void example(Kind kind, String path, String problem) {
        String cut = problem.length() > MAX_PROBLEM ? problem.substring(0, MAX_PROBLEM) + "..." : problem;
        TreeSet<Finding.Example> kept = examples.computeIfAbsent(kind, k -> new TreeSet<>(ORDER));
        kept.add(new Finding.Example(path, cut));
        if (kept.size() > EXAMPLES) {
            kept.pollLast();
        }
    }

    synchronized long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    synchronized List<Finding.Example> examples(Kind kind) {
        return List.copyOf(examples.getOrDefault(kind, new TreeSet<>(ORDER)));
    }
}
