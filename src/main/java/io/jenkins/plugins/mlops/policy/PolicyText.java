package io.jenkins.plugins.mlops.policy;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** How policies are written: a list has one entry an item, or in a form one a line. */
public final class PolicyText {

    private PolicyText() {}

    /** Without slashes at either end, as Jenkins says full names. */
    @NonNull
    static String folder(@CheckForNull String typed) {
        return Arrays.stream(Objects.requireNonNullElse(typed, "").split("/"))
                .map(String::trim)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("/"));
    }

    /** Null for no entries. */
    @CheckForNull
    public static ArrayList<String> lines(@CheckForNull List<String> typed) {
        if (typed == null) {
            return null;
        }
        ArrayList<String> entries = typed.stream()
                .filter(Objects::nonNull)
                .flatMap(String::lines)
                .map(String::trim)
                .filter(line -> !line.isEmpty())
                .distinct()
                .collect(Collectors.toCollection(ArrayList::new));
        return entries.isEmpty() ? null : entries;
    }

    /** As callers may see them. @param entries null for none */
    @NonNull
    public static List<String> list(@CheckForNull List<String> entries) {
        return entries == null ? List.of() : Collections.unmodifiableList(entries);
    }
}
