package io.jenkins.plugins.mlops.core.inspection;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Pairs of files that are alike: all are counted, and the first ones shown when their names are known. Not thread-safe. */
final class Likeness {

    private final Kind kind;
    private final String words;
    private final FindingLog log;
    private final List<Pair> shown = new ArrayList<>();

    /** @param path null when it is that of a number @param like a file of the first set */
    private record Pair(String path, int number, int like) {}

    /** @param words what the first is to the second, such as "has the bytes of" */
    Likeness(Kind kind, String words, FindingLog log) {
        this.kind = kind;
        this.words = words;
        this.log = log;
    }

    /** Two files of the first set. */
    void add(int number, int like) {
        add(new Pair(null, number, like));
    }

    /** A file of the other set, and one of the first. */
    void add(String path, int like) {
        add(new Pair(path, -1, like));
    }

    private void add(Pair pair) {
        log.count(kind, 1);
        if (shown.size() < FindingLog.EXAMPLES) {
            shown.add(pair);
        }
    }

    /** Numbers of the first set whose names have to be known. */
    Set<Integer> wanted() {
        Set<Integer> numbers = new HashSet<>();
        for (Pair pair : shown) {
            numbers.add(pair.like);
            if (pair.path == null) {
                numbers.add(pair.number);
            }
        }
        return numbers;
    }

    void show(Map<Integer, String> paths) {
        for (Pair pair : shown) {
            log.example(
                    kind, pair.path == null ? paths.get(pair.number) : pair.path, words + " " + paths.get(pair.like));
        }
    }
}
