package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * That something went into a model or dataset.
 *
 * @param item the file's digest, the group, or the content id of the dataset or model
 * @param path from the dataset or model that has it in it to the one that was asked about, both included
 */
public record LineageOrigin(Kind kind, String item, List<LineageStep> path) {

    /** What went in. */
    public enum Kind {
        DATASET,
        MODEL,
        FILE,
        GROUP;

        @JsonValue
        String json() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public LineageOrigin {
        path = List.copyOf(path);
    }

    /** As a part of a sentence: {@code group drive-7 in the dataset night@9f86d081}. */
    @Override
    public String toString() {
        LineageStep holder = path.get(0);
        String what = kind.json() + " " + item;
        String where =
                switch (kind) {
                    case DATASET, MODEL -> "";
                    case FILE, GROUP -> " in the " + holder.kind().json() + " " + holder.label();
                };
        List<LineageStep> between = path.size() < 3 ? List.of() : path.subList(1, path.size() - 1);
        String way = between.stream().map(LineageStep::label).collect(Collectors.joining(" > "));
        return what + where + (way.isEmpty() ? "" : ", by way of " + way);
    }
}
