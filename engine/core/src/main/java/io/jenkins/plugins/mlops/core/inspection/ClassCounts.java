package io.jenkins.plugins.mlops.core.inspection;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Counts images and objects by class. Thread-safe. */
final class ClassCounts {

    /** Names beyond these are hostile or no classes. */
    private static final int MAX_CLASSES = 100_000;

    private static final String REST = "(others)";

    private final Map<String, long[]> counts = new HashMap<>();

    /** An image and the class of each object on it. */
    synchronized void image(Collection<String> classesOfObjects) {
        for (String name : classesOfObjects) {
            of(name)[1]++;
        }
        for (String name : new HashSet<>(classesOfObjects)) {
            of(name)[0]++;
        }
    }

    synchronized void add(String name, long images, long objects) {
        long[] count = of(name);
        count[0] += images;
        count[1] += objects;
    }

    private long[] of(String name) {
        String counted = counts.size() < MAX_CLASSES || counts.containsKey(name) ? name : REST;
        return counts.computeIfAbsent(counted, n -> new long[2]);
    }

    /** In the order of the wanted names, others after them. @param wanted null for none */
    synchronized List<ClassCount> counts(List<String> wanted) {
        List<ClassCount> all = new ArrayList<>();
        List<String> names = wanted == null ? List.of() : wanted;
        for (String name : names) {
            long[] count = counts.getOrDefault(name, new long[2]);
            all.add(new ClassCount(name, count[0], count[1]));
        }
        counts.entrySet().stream()
                .filter(entry -> !names.contains(entry.getKey()))
                .map(entry -> new ClassCount(entry.getKey(), entry.getValue()[0], entry.getValue()[1]))
                .sorted(Comparator.comparing(ClassCount::name))
                .forEach(all::add);
        return all;
    }
}
