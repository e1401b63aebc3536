package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a person may have meant by a name that is not there. */
final class NearNames {

    private static final int SHOWN = 3;
    private static final int LISTED = 8;
    /** Of shorter names, every one is near every other. */
    private static final int MIN_LENGTH = 3;

    /** Longer names are not compared letter by letter, which takes time by the square of the length. */
    private static final int MAX_LENGTH = 200;

    private NearNames() {}

    /** "; did you mean ...?", else "; there are ..."; names are made printable. */
    static String hint(String wanted, Collection<String> known) {
        if (known.isEmpty()) {
            return "; it has none at all";
        }
        List<String> near = known.stream()
                .map(name -> new Near(name, distance(wanted, name)))
                .filter(n -> n.distance >= 0)
                .sorted(Comparator.comparingInt(Near::distance).thenComparing(Near::name))
                .limit(SHOWN)
                .map(Near::name)
                .toList();
        return near.isEmpty()
                ? "; it has " + list(known.stream().sorted().limit(LISTED).toList())
                        + (known.size() > LISTED ? " and " + (known.size() - LISTED) + " more" : "")
                : "; did you mean " + list(near) + "?";
    }

    private record Near(String name, int distance) {}

    private static String list(List<String> names) {
        return names.stream().map(PrintableText::of).collect(Collectors.joining(", "));
    }

    /** Edits between the names when they are near each other; -1 when they are not. */
    private static int distance(String wanted, String name) {
        String a = letters(wanted);
        String b = letters(name);
        if (a.isEmpty() || b.isEmpty() || a.length() > MAX_LENGTH || b.length() > MAX_LENGTH) {
            return -1;
        }
        if (a.length() >= MIN_LENGTH && b.length() >= MIN_LENGTH && (a.contains(b) || b.contains(a))) {
            return 0;
        }
        int edits = edits(a, b);
        int shorter = Math.min(a.length(), b.length());
        return edits <= (shorter < MIN_LENGTH ? 0 : (shorter + 2) / 3) ? edits : -1;
    }

    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Levenshtein distance. */
    private static int edits(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
